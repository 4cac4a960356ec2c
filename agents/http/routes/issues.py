"""``/issues``: the problems that there are, and what people do about them (S0-59 … S0-66)."""

from functools import partial
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, Path, Query, Response

from assay.agents.api_keys.role import Role, Scope
from assay.agents.issue_desk import IssueDesk, Told
from assay.agents.replay.desk import send
from assay.agents.stores.view_reader import Shown
from assay.agents.transport.kafka import KafkaTransport
from assay.pipeline.core.document import Json
from assay.pipeline.core.issue import Category, Severity
from assay.pipeline.issues import Happening, Status

from ..access import Asked, asking
from ..answers import Pages, answer, may_fail, on_its_way, page_answer
from ..cursors import list_name
from ..models import issues as models
from ..models.common import Change
from ..once import Telling, ToAgent
from ..problems import HttpProblem, Kind, invalid, not_found
from ..shapes.issues import group_document, group_row
from ..wanted import any_of, whether
from . import PREFIX, SOURCE

router = APIRouter(prefix=f"{PREFIX}/issues", tags=["issues"])

Looking = Annotated[Asked, Depends(asking(Scope.ISSUES, Role.TENANT))]
Working = Annotated[Asked, Depends(asking(Scope.ISSUES, Role.OPERATOR))]
Confirming = Annotated[Asked, Depends(asking(Scope.ISSUES, Role.APPROVER))]
Named = Annotated[str, Path(pattern="^[0-9a-f]{16}$", description="The group's fingerprint.")]


@router.get("", response_model=models.GroupList, responses=may_fail(), summary="List issue groups")
async def list_groups(
    *,
    asked: Looking,
    pages: Pages,
    status: Annotated[list[Status] | None, Query(description="One of these; may be repeated.")] = None,
    open_: Annotated[
        bool | None, Query(alias="open", description="Whether it is neither resolved nor ignored.")
    ] = None,
    severity: Annotated[list[Severity] | None, Query(description="One of these.")] = None,
    category: Annotated[list[Category] | None, Query(description="One of these.")] = None,
    code: Annotated[str | None, Query(max_length=100)] = None,
    tenant: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """The groups seen last come first. All filters must fit."""
    wanted = [
        *any_of("status", status),
        *whether("open", wanted=open_),
        *any_of("severity", severity),
        *any_of("category", category),
        *any_of("code", code),
        *any_of("tenant", tenant),
    ]
    listed = list_name("issues", wanted, asked.caller.tenant)
    page = await asked.data.groups(wanted, pages.cut(listed))
    now_s = asked.world.now_s()
    return page_answer(page, listed, lambda shown: group_row(shown.document, now_s))


@router.get(
    "/{fingerprint}",
    response_model=models.GroupDocument,
    responses=may_fail(404),
    summary="Show an issue group",
)
async def show_group(asked: Looking, fingerprint: Named) -> Response:
    """All that is known of one problem."""
    group = await _group(asked, fingerprint)
    return answer(group_document(group.document, asked.world.now_s()))


async def _group(asked: Asked, fingerprint: str) -> Shown:
    if (found := await asked.data.group(fingerprint)) is None:
        raise not_found("issue group")
    return found


_COMMANDED: dict[str, Any] = {
    "response_model": models.Commanded,
    "responses": {**may_fail(404, 409), **on_its_way(models.Commanded)},
}


@router.post("/{fingerprint}/triage", **_COMMANDED)
async def triage(asked: Working, fingerprint: Named, told: ToAgent, body: Change) -> Response:
    """Say that the problem was looked at, and is one."""
    return await _tell(asked, fingerprint, told, _Said(Happening.TRIAGE, body.reason))


@router.post("/{fingerprint}/assign", **_COMMANDED)
async def assign(asked: Working, fingerprint: Named, told: ToAgent, body: models.Assignment) -> Response:
    """Give the problem to somebody; work on it begins."""
    return await _tell(asked, fingerprint, told, _Said(Happening.ASSIGN, body.reason, assignee=body.assignee))


@router.post("/{fingerprint}/acknowledge", **_COMMANDED)
async def acknowledge(asked: Working, fingerprint: Named, told: ToAgent, body: Change) -> Response:
    """Say that you take care of it: escalation stops."""
    return await _tell(asked, fingerprint, told, _Said(Happening.ACKNOWLEDGE, body.reason))


@router.post("/{fingerprint}/confirm", **_COMMANDED)
async def confirm(asked: Confirming, fingerprint: Named, told: ToAgent, body: Change) -> Response:
    """Say that it is real: the steps of escalation that wait for a person may go (D-20)."""
    return await _tell(asked, fingerprint, told, _Said(Happening.CONFIRM, body.reason))


@router.post("/{fingerprint}/resolve", **_COMMANDED)
async def resolve(asked: Working, fingerprint: Named, told: ToAgent, body: models.Resolution) -> Response:
    """Say that the cause is gone; a later trace reopens the group."""
    return await _tell(asked, fingerprint, told, _Said(Happening.RESOLVE, body.reason, notes=body.notes))


@router.post("/{fingerprint}/ignore", **_COMMANDED)
async def ignore(asked: Working, fingerprint: Named, told: ToAgent, body: Change) -> Response:
    """Say that nothing will be done, until it becomes worse."""
    return await _tell(asked, fingerprint, told, _Said(Happening.IGNORE, body.reason))


@router.post("/{fingerprint}/reopen", **_COMMANDED)
async def reopen(asked: Working, fingerprint: Named, told: ToAgent, body: Change) -> Response:
    """Begin anew with a group that was resolved or ignored."""
    return await _tell(asked, fingerprint, told, _Said(Happening.REOPEN, body.reason))


class _Said(NamedTuple):
    """What somebody says of a group."""

    command: Happening
    reason: str
    assignee: str = ""
    notes: str = ""


async def _tell(asked: Asked, fingerprint: str, told: Telling, said: _Said) -> Response:
    async def work() -> tuple[int, Json]:
        await _group(asked, fingerprint)
        became = await _answer(asked, fingerprint, said, told.wait_s)
        if became.group is not None and became.refusal is not None:
            raise HttpProblem(Kind.REFUSED, f"the group is {became.group.status}: {became.refusal}")
        return 200 if became.group else 202, {
            "fingerprint": fingerprint,
            "command": said.command.value,
            "answered": became.group is not None,
            "status": became.group.status.value if became.group else None,
        }

    return await told.once(asked, work)


async def _answer(asked: Asked, fingerprint: str, said: _Said, wait_s: float) -> Told:
    world = asked.world
    transport = KafkaTransport(world.settings)
    await transport.start()
    try:
        desk = IssueDesk(
            transport, world.settings, world.noting(asked.caller), partial(send, world.settings), SOURCE
        )
        return await desk.tell(
            fingerprint,
            said.command,
            actor=asked.caller.name,
            reason=said.reason,
            at=world.now(),
            assignee=said.assignee,
            notes=said.notes,
            wait_s=wait_s,
        )
    except ValueError:
        raise invalid("body", "holds a text that no command can have", "Shorten it") from None
    finally:
        await transport.stop()
