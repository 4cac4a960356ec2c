"""``/overview``: the last minutes on one screen (S0-185 … S0-191)."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from assay.agents.api_keys.role import Role, Scope
from assay.agents.stores.view_store import ViewUnavailableError
from assay.pipeline.views.summary import Summary, summed

from ..access import Asked, asking
from ..answers import answer, may_fail
from ..minutes import FRESH_S
from ..models import overview as models
from ..people_side import NOTHING
from ..pulse import Beat, ViewState
from ..times import of_millis
from . import PREFIX

router = APIRouter(prefix=PREFIX, tags=["overview"])
Looking = Annotated[Asked, Depends(asking(Scope.OVERVIEW, Role.TENANT))]
MOST_TENANTS = 10
GLANCE_S = 0.1
"""How long somebody who looks waits for Kafka to say how far lanes are; until then nobody can tell."""


@router.get(
    "/overview",
    response_model=models.Overview,
    responses=may_fail(),
    summary="The last minutes on one screen",
)
async def overview(
    asked: Looking,
    minutes: Annotated[
        int, Query(ge=1, le=1440, description="More than 180 are counted in whole hours.")
    ] = 60,
) -> Response:
    """Rates, outcomes, what is wrong, whose it is, and whether all traces are accounted for. Drills are left out."""
    # Side by side: what Kafka says of lag may take a moment the first time.
    told, beat = await asyncio.gather(_told(asked, minutes), asked.world.pulse.feel(GLANCE_S))
    found = told or {**_counts([]), "recent_criticals": [], **NOTHING}
    standing = _standing(asked, beat, missing=told is None)
    return answer({"at": asked.world.now(), "minutes": minutes, **found, **standing})


async def _told(asked: Asked, minutes: int) -> dict[str, Any] | None:
    """What views say; ``None`` while they are away."""
    world, data = asked.world, asked.data
    drill = "" if data.tenant else world.drill_tenant()

    async def counted() -> dict[str, Any]:
        return _counts(await world.minutes.window(data, minutes, drill))

    try:
        return {
            **await world.fresh.of(("overview", data.tenant, drill, minutes), FRESH_S, counted),
            "recent_criticals": await world.people_side.criticals(data),
            **await world.people_side.standing(data),
        }
    except ViewUnavailableError:
        return None


def _counts(steps: Sequence[tuple[int, int, Summary]]) -> dict[str, Any]:
    return {
        **_sums(summed(summary for _, _, summary in steps)),
        "rates": [
            {
                "at": of_millis(start * 1000),
                "seconds": seconds,
                "traces": summary.traces,
                "failing": summary.failing,
                "outcomes": dict(summary.outcomes),
            }
            for start, seconds, summary in steps
        ],
    }


def _sums(whole: Summary) -> dict[str, Any]:
    return {
        "traces": whole.traces,
        "failing": whole.failing,
        "outcomes": dict(whole.outcomes),
        "severities": dict(whole.severities),
        "categories": dict(whole.categories),
        "top_tenants": [
            {"tenant_id": tenant, "traces": traces, "failing": failing}
            for tenant, traces, failing in whole.top_tenants(MOST_TENANTS)
        ],
    }


def _standing(asked: Asked, beat: Beat, *, missing: bool) -> dict[str, Any]:
    """How lanes and views stand is not a tenant's business, but whether its numbers are old is."""
    state = ViewState.DEGRADED if missing else beat.views
    views = {"state": state.value, "behind": beat.behind}
    if asked.data.tenant:
        return {"conservation": None, "lag": None, "views": views}
    return {"conservation": asked.world.conservation.light(), "lag": dict(beat.lag), "views": views}
