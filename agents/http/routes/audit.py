"""``/audit-log``: who did what and why, and whether the log is whole (DESIGN 9; OPERATIONS 5.19)."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from assay.agents.api_keys.role import Role, Scope
from assay.agents.audit_verdict import verdict_document
from assay.agents.stores.view_pages import Place
from assay.pipeline.core.audit_chain import Entry

from ..access import Asked, asking
from ..answers import Pages, answer, may_fail
from ..cursors import cursor_of, list_name
from ..models import audit as models
from ..repository import Cut
from ..times import Time, ns_at, of_ns
from . import PREFIX

router = APIRouter(prefix=f"{PREFIX}/audit-log", tags=["audit"])
Looking = Annotated[Asked, Depends(asking(Scope.AUDIT, Role.OPERATOR))]
CHUNK = 500
MOST_CHUNKS = 10
"""Of one request that finds little; then it says where to go on."""


@router.get("", response_model=models.EntryList, responses=may_fail(), summary="List audit entries")
async def list_entries(
    *,
    asked: Looking,
    pages: Pages,
    actor: Annotated[str | None, Query(max_length=200, description="Whose name begins like this.")] = None,
    action: Annotated[
        str | None, Query(max_length=70, description="As `quarantine.open`, or `quarantine`.")
    ] = None,
    target: Annotated[str | None, Query(max_length=300, description="What it holds.")] = None,
    since: Time = None,
    until: Time = None,
) -> Response:
    """The newest first. All filters must fit."""
    listed = list_name("audit-log", actor, action, target, since, until)
    cut = pages.cut(listed)
    first, last = _wire("since", since), _wire("until", until)

    def fits(entry: Entry) -> bool:
        act = entry.act
        return (
            act.actor.startswith(actor or "")
            and (action is None or act.action == action or act.action.startswith(f"{action}."))
            and (target or "") in act.target
            and (first is None or act.at >= first)
            and (last is None or act.at < last)
        )

    found, after = await _page(asked, fits, cut)
    items = [_row(at, entry) for at, entry in found]
    return answer({"items": items, "next_cursor": cursor_of(after, listed)})


async def _page(
    asked: Asked, fits: Callable[[Entry], bool], cut: Cut
) -> tuple[list[tuple[int, Entry]], Place | None]:
    """Entries that fit, from the newest on, and where to go on; in a bounded number of steps."""
    found: list[tuple[int, Entry]] = []
    offset = None if cut.after is None else cut.after.score
    for _ in range(MOST_CHUNKS):
        chunk = await asked.world.audit.before(offset, CHUNK)
        if not chunk:
            return found, None
        for at, entry in reversed(chunk):
            offset = at
            if entry is not None and fits(entry):
                found.append((at, entry))
                if len(found) == cut.most:
                    return found, Place(at, "")
    return found, Place(offset or 0, "")


@router.get(
    "/verification",
    response_model=models.Verification,
    responses=may_fail(),
    summary="Check the audit log",
)
async def verification(asked: Looking) -> Response:
    """Whether an entry was edited, deleted, inserted, swapped or cut off. All of the log is read: it takes seconds."""
    world = asked.world
    async with world.searches.one():
        found = await world.audit.verify(world.clock.now_ns())
    return answer(verdict_document(found) | {"checked_at": world.now()})


def _wire(key: str, text: str | None) -> str | None:
    at_ns = ns_at(key, text)
    return None if at_ns is None else of_ns(at_ns)


def _row(offset: int, entry: Entry) -> dict[str, Any]:
    return {"seq": entry.seq, **entry.act._asdict(), "prev": entry.prev, "offset": offset}
