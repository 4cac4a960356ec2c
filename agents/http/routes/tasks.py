"""``/tasks``: manual remediation, one task for each problem that dead letters have (S0-141 … S0-155)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response

from assay.agents.api_keys.role import Role, Scope
from assay.agents.replay.planning import document_of as plan_document
from assay.agents.stores.view_reader import Shown
from assay.agents.tasks_connected import At, connected
from assay.pipeline.core.document import Json
from assay.pipeline.core.issue import Severity
from assay.pipeline.policy.task_rules import Priority
from assay.pipeline.tasks import Happening, Status, Task, TaskCommand

from ..access import Asked, asking, require
from ..answers import Pages, answer, may_fail, on_its_way, page_answer
from ..cursors import list_name
from ..models import tasks as models
from ..models.common import Change
from ..once import Telling, ToAgent
from ..problems import HttpProblem, Kind, not_found
from ..shapes.tasks import task_document, task_row
from ..wanted import any_of, whether
from . import PREFIX, SOURCE

router = APIRouter(prefix=f"{PREFIX}/tasks", tags=["tasks"])

Looking = Annotated[Asked, Depends(asking(Scope.TASKS))]
Working = Annotated[Asked, Depends(asking(Scope.TASKS, Role.OPERATOR))]
Named = Annotated[str, Path(pattern="^[0-9a-f]{16}$", description="The fingerprint of the problem.")]


@router.get("", response_model=models.TaskList, responses=may_fail(), summary="List tasks")
async def list_tasks(
    *,
    asked: Looking,
    pages: Pages,
    status: Annotated[list[Status] | None, Query(description="One of these.")] = None,
    open_: Annotated[bool | None, Query(alias="open", description="Whether it is not completed.")] = None,
    priority: Annotated[list[Priority] | None, Query(description="One of these.")] = None,
    severity: Annotated[list[Severity] | None, Query(description="One of these.")] = None,
    team: Annotated[str | None, Query(max_length=64)] = None,
    assignee: Annotated[str | None, Query(max_length=64, description="A person or a team.")] = None,
    tenant: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """Those that changed last come first. All filters must fit."""
    wanted = [
        *any_of("status", status),
        *whether("open", wanted=open_),
        *any_of("priority", priority),
        *any_of("severity", severity),
        *any_of("team", team),
        *any_of("assignee", assignee),
        *any_of("tenant", tenant),
    ]
    listed = list_name("tasks", wanted, asked.caller.tenant)
    page = await asked.data.tasks(wanted, pages.cut(listed))
    return page_answer(page, listed, lambda shown: task_row(shown.document))


@router.get(
    "/{fingerprint}", response_model=models.TaskDocument, responses=may_fail(404), summary="Show a task"
)
async def show_task(asked: Looking, fingerprint: Named) -> Response:
    """Its instructions, notes and history."""
    return answer(task_document((await _shown(asked, fingerprint)).document))


async def _shown(asked: Asked, fingerprint: str) -> Shown:
    if (found := await asked.data.task(fingerprint)) is None:
        raise not_found("task")
    return found


_TOLD: dict[str, Any] = {
    "response_model": models.Told,
    "responses": {**may_fail(404, 409), **on_its_way(models.Told)},
}


@router.post("/{fingerprint}/take", **_TOLD)
async def take(asked: Working, fingerprint: Named, told: ToAgent, body: models.Take) -> Response:
    """Take a task; from now on it is the assignee's."""
    assignee = body.assignee or asked.caller.name
    return await _tell(asked, fingerprint, told, Happening.TAKE, body.reason, assignee=assignee)


@router.post("/{fingerprint}/note", **_TOLD)
async def note(asked: Working, fingerprint: Named, told: ToAgent, body: models.Note) -> Response:
    """Add a note. Everybody who may list tasks sees it."""
    return await _tell(asked, fingerprint, told, Happening.NOTE, body.reason, text=body.text)


@router.post("/{fingerprint}/reopen", **_TOLD)
async def reopen(asked: Working, fingerprint: Named, told: ToAgent, body: Change) -> Response:
    """Open a completed task again. What was replayed stays replayed."""
    return await _tell(asked, fingerprint, told, Happening.REOPEN, body.reason)


@router.post("/{fingerprint}/complete", **_TOLD)
async def complete(asked: Working, fingerprint: Named, told: ToAgent, body: models.Completion) -> Response:
    """Apply the task's edit to each of its dead letters, and replay those that pass: for approvers. A dry run, which is for
    operators too, unless told otherwise.
    """
    if not body.dry_run:
        require(asked.caller, Scope.TASKS, Role.APPROVER)

    async def work() -> tuple[int, Json]:
        async with at_work(asked) as at:
            task = await task_of(at, fingerprint)
            plan, became = await at.complete(
                task,
                (asked.caller.name, body.reason),
                told.wait_s,
                replay=body.replay,
                dry_run=body.dry_run,
            )
        shown = plan_document(plan)
        if became is not None:
            return told_answer(*became, plan=shown)
        if not body.dry_run:
            raise HttpProblem(Kind.REFUSED, "no dead letter would pass: change the edit first")
        return 200, {
            "fingerprint": fingerprint,
            "command": Happening.COMPLETE.value,
            "answered": True,
            "status": task.status.value,
            "plan": shown,
        }

    return await told.once(asked, work)


async def _tell(
    asked: Asked, fingerprint: str, told: Telling, command: Happening, reason: str, **members: Any
) -> Response:
    async def work() -> tuple[int, Json]:
        async with at_work(asked) as at:
            task = await task_of(at, fingerprint)
            who = asked.caller.name, reason
            return told_answer(*await at.tell(task, command, who, told.wait_s, **members))

    return await told.once(asked, work)


@asynccontextmanager
async def at_work(asked: Asked) -> AsyncIterator[At]:
    """Where tasks are worked on, with the caller's account on the audit log."""
    world = asked.world
    bundle, forge = await world.bundle(), await world.judging.forge()
    note = world.noting(asked.caller)
    async with connected(world.settings, bundle, note=note, source=SOURCE, forge=forge) as at:
        yield at


async def task_of(at: At, fingerprint: str) -> Task:
    """The task as its topic has it. Raises ``HttpProblem`` (404)."""
    if (found := await at.one(fingerprint)) is None:
        raise not_found("task")
    return found


def told_answer(command: TaskCommand, task: Task | None, **more: Json) -> tuple[int, Json]:
    """What became of a command. Raises ``HttpProblem`` (409) when the agent refused it."""
    change = None
    if task is not None:
        change = next((one for one in reversed(task.history) if one.at == command.at), None)
    if task is not None and change is not None and change.refused is not None:
        raise HttpProblem(Kind.REFUSED, f"the task is {task.status}: {change.refused}")
    return 202 if task is None else 200, {
        "fingerprint": command.fingerprint,
        "command": command.command.value,
        "answered": task is not None,
        "status": None if task is None else task.status.value,
        "replay_job": "" if task is None else task.replay_job,
        **more,
    }
