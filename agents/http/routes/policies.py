"""``/policies``: the bundles that are known, what they say, and how they differ (ADR 7)."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response

from assay.agents.api_keys.role import Scope
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.differences import differences
from assay.pipeline.policy.shown import SECTIONS, shown

from ..access import Asked, asking
from ..answers import answer, may_fail
from ..known_bundles import KnownBundle, Standing
from ..models import policies as models
from ..problems import HttpProblem, Kind, not_found
from . import PREFIX

router = APIRouter(prefix=f"{PREFIX}/policies", tags=["policies"])

Looking = Annotated[Asked, Depends(asking(Scope.POLICIES))]
NAME = r"^(active|candidate|directory|[0-9a-f]{12,64})$"
Named = Annotated[
    str, Path(pattern=NAME, description="`active`, `candidate`, `directory`, or at least 12 digits of an id.")
]


@router.get("", response_model=models.BundleList, responses=may_fail(), summary="List policy bundles")
async def list_bundles(asked: Looking) -> Response:
    """The one in use, the last candidate, the last one that was refused, and that of the directories."""
    known = await asked.world.known.all()
    in_use = (await asked.world.bundle()).bundle_id
    rows = [_row(each, in_use) for each in known]
    return answer({"items": rows, "next_cursor": None})


@router.get(
    "/active", response_model=dict[str, Any], responses=may_fail(404), summary="Show the bundle in use"
)
async def show_active(
    asked: Looking, section: Annotated[str | None, Query(max_length=40)] = None
) -> Response:
    """What a worker that starts now would use, defaults included; `section` leaves out all others."""
    return answer(_sections(shown(await asked.world.bundle()), section))


@router.get(
    "/{bundle}", response_model=dict[str, Any], responses=may_fail(404), summary="Show a policy bundle"
)
async def show_bundle(
    asked: Looking, bundle: Named, section: Annotated[str | None, Query(max_length=40)] = None
) -> Response:
    """All of it, defaults included."""
    return answer(_sections(shown(await _bundle(asked, bundle)), section))


@router.get(
    "/{before}/diff/{after}",
    response_model=models.Difference,
    responses=may_fail(404),
    summary="Compare two policy bundles",
)
async def diff(asked: Looking, before: Named, after: Named) -> Response:
    """What changes from the one to the other."""
    old, new = await _bundle(asked, before), await _bundle(asked, after)
    changes = await asyncio.to_thread(differences, old, new)
    return answer(
        {
            "before": old.bundle_id,
            "after": new.bundle_id,
            "changes": [change.document() for change in changes],
        }
    )


async def _bundle(asked: Asked, named: str) -> Bundle:
    for known in await asked.world.known.all():
        if named == known.standing or (len(named) >= 12 and (known.bundle_id or "").startswith(named)):
            if known.bundle is not None:
                return known.bundle
            raise HttpProblem(Kind.REFUSED, "its files make no bundle", known.problems)
    if named == Standing.ACTIVE:  # nothing was published: the directories' is in use
        return await asked.world.bundle()
    raise not_found("policy bundle")


def _row(known: KnownBundle, in_use: str) -> dict[str, Any]:
    return {
        "standing": known.standing.value,
        "bundle": known.bundle_id,
        "in_use": known.bundle_id == in_use,
        "note": known.note,
        "published_at": known.published_at,
        "decided_at": known.decided_at,
        "problems": [
            {"where": each.where, "why": each.why, "remedy": each.remedy} for each in known.problems
        ],
    }


def _sections(document: dict[str, Any], section: str | None) -> dict[str, Any]:
    if section is None:
        return document
    if section not in SECTIONS:
        raise not_found("section of a bundle")
    return {"id": document["id"], section: document[section]}
