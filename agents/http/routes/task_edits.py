"""``/tasks/{fingerprint}/edit``: look at a trace, try a change on all of them, keep it (S0-147 … S0-150)."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Response

from assay.agents.api_keys.role import Role, Scope
from assay.agents.replay.planning import document_of as plan_document
from assay.agents.task_desk import sealed_patch
from assay.agents.tasks_connected import At
from assay.pipeline.core.document import Json
from assay.pipeline.replay import Edit, EditKind
from assay.pipeline.replay.edit import EditError, read_patch
from assay.pipeline.tasks import Happening, Task

from ..access import Asked, asking
from ..answers import answer, may_fail, on_its_way
from ..models import tasks as models
from ..once import Telling, ToAgent
from ..opening import require_opening
from ..problems import HttpProblem, invalid
from ..shapes.tasks import trace_seen
from . import PREFIX
from .tasks import Named, at_work, task_of, told_answer

router = APIRouter(prefix=f"{PREFIX}/tasks", tags=["tasks"])
Working = Annotated[Asked, Depends(asking(Scope.TASKS, Role.OPERATOR))]


@router.post(
    "/{fingerprint}/edit",
    response_model=models.Edited,
    responses={**may_fail(404, 409, 410), **on_its_way(models.Edited)},
    summary="Look at a trace of a task; try a change, and keep it",
)
async def edit(asked: Working, fingerprint: Named, told: ToAgent, body: models.EditRequest) -> Response:
    """Without a change: a trace of the task as it came, its issues, and what the rules propose.

    With one: the trace before and after it, and a dry run over all dead letters under the bundle in use. The task keeps
    the change when `dry_run` is false. Traces are shown to those who may see them (scope `open`; `show` false = only the
    dry run); the audit log holds who and why before.
    """
    if body.patch is not None and body.rule:
        raise invalid("patch", "comes with a rule", "Give one of the two")
    wants_edit = body.patch is not None or bool(body.rule)
    if body.show or not wants_edit:
        require_opening(asked)
    if not body.dry_run and not wants_edit:
        raise invalid("dry_run", "is false without a change", "Give patch or rule")
    if body.dry_run:
        return answer(await _looked(asked, fingerprint, body))
    return await _kept(asked, fingerprint, told, body)


async def _looked(asked: Asked, fingerprint: str, body: models.EditRequest) -> dict[str, Any]:
    async with at_work(asked) as at:
        task = await task_of(at, fingerprint)
        change = edit_of(at, task, body)
        return await _seen(asked, at, task, change, body) | {
            "saved": False,
            "answered": True,
            "status": task.status.value,
        }


async def _seen(
    asked: Asked, at: At, task: Task, change: Edit | None, body: models.EditRequest
) -> dict[str, Any]:
    try:
        plan = None if change is None else await at.desk.plan(task, change)
        shown = None
        if body.show or change is None:
            shown = await at.look(task, (asked.caller.name, body.reason), change)
    except EditError as error:
        raise _wrong(error) from None
    return {
        "before": None if shown is None else trace_seen(shown.looked),
        "after": None if shown is None or shown.tried is None else trace_seen(shown.tried),
        "plan": None if plan is None else plan_document(plan),
    }


async def _kept(asked: Asked, fingerprint: str, told: Telling, body: models.EditRequest) -> Response:
    """The answer may be given again, so it shows no trace."""

    async def work() -> tuple[int, Json]:
        async with at_work(asked) as at:
            task = await task_of(at, fingerprint)
            change = edit_of(at, task, body)
            assert change is not None, "without one nothing is kept"
            try:
                plan = plan_document(await at.desk.plan(task, change))
            except EditError as error:
                raise _wrong(error) from None
            who = asked.caller.name, body.reason
            became = await at.tell(task, Happening.EDIT, who, told.wait_s, edit=change.to_json())
        status, document = told_answer(*became)
        assert isinstance(document, dict)
        kept: dict[str, Json] = {"before": None, "after": None, "plan": plan, "saved": True}
        return status, kept | {name: document[name] for name in ("answered", "status")}

    return await told.once(asked, work)


def edit_of(at: At, task: Task, body: models.EditRequest) -> Edit | None:
    """The change that was asked for, sealed. Raises ``HttpProblem`` for a patch that is none."""
    if body.patch is None:
        return Edit(EditKind.RULE, body.rule) if body.rule else None
    text = orjson.dumps(body.patch)
    try:
        read_patch(text)
    except EditError as error:
        raise _wrong(error) from None
    return sealed_patch(task, text, at.keys)


def _wrong(error: EditError) -> HttpProblem:
    """Its text holds nothing of patch or trace."""
    return invalid("patch", str(error), "Change the patch; a JSON Patch is RFC 6902")
