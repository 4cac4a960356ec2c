"""Steps of a person with a task: made, taken, edited, completed, replayed (S0-205)."""

from collections.abc import Callable
from typing import Any

import orjson

from assay.agents.task_desk import sealed_patch
from assay.pipeline.core.errors import RefusedError
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.drill import Why
from assay.pipeline.tasks import Happening, Status, Task, TaskCommand, command_outgoing, from_json, has_seen

from .replays import job_done, passed
from .stage import SOURCE, Stage, StepFailedError


def tasks(stage: Stage) -> dict[str, Task]:
    """The drill's tasks as they were written last."""
    last = stage.watch.last(TopicRole.TASKS)
    return {key: from_json(last[key].value or b"") for key in stage.groups if key in last}


async def task_made(stage: Stage) -> str:
    """S0-141 … S0-155: one task for all the dead letters, with instructions."""

    def seen() -> Task | None:
        found = next(iter(tasks(stage).values()), None)
        return found if found is not None and found.dead_letters.count >= len(stage.sources) else None

    task = await stage.until([TopicRole.TASKS], seen)
    if task.tenant_id != stage.run.tenant or not set(task.dead_letters.sources) <= stage.named:
        raise StepFailedError(Why.NOT_OURS, f"task {task.task_id} covers traces of others")
    stage.task = task.fingerprint
    return f"{task.task_id}, {task.priority}"


async def task_taken(stage: Stage) -> str:
    """Somebody works on it."""
    task = await tell(stage, Happening.TAKE)
    return f"by {task.assigned_to}"


async def task_edited(stage: Stage) -> str:
    """What will be done to each of its traces, sealed."""
    patch = orjson.dumps(list(stage.traces[0].mend))
    try:
        edit = sealed_patch(tasks(stage)[stage.task], patch, stage.site.keys)
    except RefusedError as error:
        raise StepFailedError(Why.REFUSED, str(error)) from None
    await tell(stage, Happening.EDIT, edit=edit.to_json())
    return ""


async def task_completed(stage: Stage) -> str:
    """Completing it asks for the replay of its dead letters."""
    stage.watch.follow_keys([tasks(stage)[stage.task].task_id])
    task = await tell(stage, Happening.COMPLETE)
    return f"job {task.replay_job}"


async def replayed(stage: Stage) -> str:
    """Every trace went through every detector again, and passed."""
    number = await job_done(stage, tasks(stage)[stage.task].replay_job)
    if number != len(stage.sources):
        raise StepFailedError(Why.WRONG_OUTCOME, f"{number} of {len(stage.sources)} traces were replayed")
    await passed(stage, stage.named)
    return f"{number} traces"


async def tell(stage: Stage, command: Happening, fingerprint: str = "", **members: Any) -> Task:
    """A command about a task of this drill; the task after it."""
    key = fingerprint or stage.task
    assert key in stage.groups, "never anybody else's"
    at = await stage.note(f"task.{command}", tasks(stage)[key].task_id)
    told = TaskCommand(key, command, stage.site.actor, stage.reason, at, **members)
    await stage.send(command_outgoing(told, SOURCE))
    task = await stage.until([TopicRole.TASKS], _answer(stage, told))
    refused = next((one.refused for one in task.history if one.at == at and one.refused), None)
    if refused is not None:
        raise StepFailedError(Why.REFUSED, f"{refused}, the task is {task.status}")
    return task


def _answer(stage: Stage, told: TaskCommand) -> Callable[[], Task | None]:
    def seen() -> Task | None:
        task = tasks(stage).get(told.fingerprint)
        return task if task is not None and has_seen(task, told) else None

    return seen


def open_tasks(stage: Stage) -> list[Task]:
    """Those that nobody has completed."""
    return [task for task in tasks(stage).values() if task.status is not Status.COMPLETED]
