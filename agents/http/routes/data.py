"""``/data``: the health of the data path, and the words that mean something on it (OPERATIONS 4.3)."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Response

from assay.agents.api_keys.role import Role, Scope
from assay.agents.stores.view_store import ViewUnavailableError
from assay.pipeline.core.clock import NANOS_PER_SECOND, rfc3339
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.views.buckets import HOUR_S, MINUTE_S, hour_bucket, minute_bucket
from assay.pipeline.views.top_tenants import top_tenants

from ..access import Asked, asking
from ..answers import answer, may_fail
from ..known_bundles import Standing
from ..models import data as models
from ..problems import HttpProblem, Kind, not_found
from ..pulse import ViewState
from ..shapes.symbols import symbols
from . import PREFIX

router = APIRouter(prefix=f"{PREFIX}/data", tags=["data"])

Watching = Annotated[Asked, Depends(asking(Scope.DATA))]
Looking = Annotated[Asked, Depends(asking(Scope.DATA, Role.TENANT))]
LOOKED_BACK_MINUTES = 60
NEWEST = 2
"""Minutes of these that are looked at first: where traces flow, the others need not be read."""
TENANTS_OF_HOURS = 24
MOST_TENANTS = 10_000


@router.get(
    "/health",
    response_model=models.DataHealth,
    responses={**may_fail(), 503: {"model": models.DataHealth, "description": "Kafka is not reached."}},
    summary="Show the health of the data path",
)
async def health(asked: Watching) -> Response:
    """Whether traces flow, how far each lane is behind, and whether anything is unaccounted for."""
    beat, view = await asyncio.gather(asked.world.pulse.feel(), _view(asked))
    lost = any(records is None for records in beat.lag.values())
    reasons = [
        *(["Kafka is not reached"] if lost else []),
        *(["the views are not reached"] if view is None or beat.views is ViewState.DEGRADED else []),
        *(["the views are behind"] if beat.views is ViewState.BEHIND else []),
        *(["traces are unaccounted for"] if view is not None and view["unaccounted"] else []),
    ]
    document = {
        "status": "unavailable" if lost else "degraded" if reasons else "ok",
        "reasons": reasons,
        "kafka": "unavailable" if lost else "ok",
        "views": ViewState.DEGRADED.value if view is None else beat.views.value,
        "behind": beat.behind,
        "lanes": [{"lane": lane, "records": records} for lane, records in beat.lag.items()],
        **(view or {"unaccounted": None, "audited_at": None, "last_judged_at": None}),
    }
    return answer(document, 503 if lost else 200)


@router.get(
    "/symbols", response_model=models.Symbols, responses=may_fail(404), summary="List the words of the bundle"
)
async def list_symbols(
    asked: Looking,
    canary: Annotated[
        str | None, Header(alias="X-Canary-Test", description="`true`: those of the candidate.")
    ] = None,
) -> Response:
    """Trace types, workflow states, tenants, issue codes and field paths, of the bundle in use or of the candidate (S1-72, S1-73)."""
    candidate = (canary or "").lower() == "true"
    bundle = await _candidate(asked) if candidate else await asked.world.bundle()
    return answer(
        {
            "bundle": bundle.bundle_id,
            "standing": "candidate" if candidate else "in_use",
            "data": [*symbols(bundle, await _tenants(asked, bundle))],
        }
    )


async def _view(asked: Asked) -> dict[str, Any] | None:
    world = asked.world
    now_s = world.now_s()
    minutes = [now_s // MINUTE_S * MINUTE_S - age * MINUTE_S for age in range(LOOKED_BACK_MINUTES)]
    try:
        last = await world.conservation.last()
        judged = await _judged(asked, minutes[:NEWEST]) or await _judged(asked, minutes[NEWEST:])
    except ViewUnavailableError:
        return None
    return {
        "unaccounted": last["unaccounted"],
        "audited_at": last["checked_at"],
        "last_judged_at": None if judged is None else rfc3339(judged * NANOS_PER_SECOND),
    }


async def _judged(asked: Asked, minutes: Sequence[int]) -> int | None:
    """The first of these minutes in which something was counted."""
    counts = await asked.data.counts([minute_bucket(minute) for minute in minutes])
    return next((minute for minute, bucket in zip(minutes, counts, strict=True) if bucket), None)


async def _candidate(asked: Asked) -> Bundle:
    for known in await asked.world.known.all():
        if known.standing is Standing.CANDIDATE:
            if known.bundle is None:
                raise HttpProblem(Kind.REFUSED, "its files make no bundle", known.problems)
            return known.bundle
    raise not_found("candidate")


async def _tenants(asked: Asked, bundle: Bundle) -> set[str]:
    """Those that topics are bound to and those that sent something lately; for a tenant, itself."""
    if asked.caller.tenant:
        return {asked.caller.tenant}
    bound = {binding.tenant for binding in bundle.bindings.values() if binding.tenant is not None}
    now_s = asked.world.now_s()
    hours = [hour_bucket(now_s - age * HOUR_S) for age in range(TENANTS_OF_HOURS)]
    try:
        seen = top_tenants(await asked.data.counts(hours), MOST_TENANTS, leaving_out=bundle.drill.tenant)
    except ViewUnavailableError:
        seen = []
    return bound | {each.tenant for each in seen}
