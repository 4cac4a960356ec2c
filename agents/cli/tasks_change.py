"""``assay tasks take``, ``note`` and ``reopen``."""

from typing import Any

import click

from assay.agents.tasks_connected import At
from assay.pipeline.tasks import Happening, Task, TaskCommand

from .acting import as_json_option, who_options
from .replay_start import wait_option
from .tasks_options import report, run


@click.command()
@click.argument("task", metavar="TASK")
@click.option("--for", "assignee", default="", metavar="NAME", help="For somebody else than the actor.")
@who_options
@wait_option
@as_json_option
@click.pass_context
def take(
    ctx: click.Context, /, *, task: str, assignee: str, actor: str, reason: str, wait_s: int, as_json: bool
) -> None:
    """Take a task; from now on it is the actor's."""
    told = _told(task, Happening.TAKE, (actor, reason), wait_s, assignee=assignee)
    ctx.exit(report(*told, as_json=as_json))


@click.command()
@click.argument("task", metavar="TASK")
@click.argument("text")
@who_options
@wait_option
@as_json_option
@click.pass_context
def note(
    ctx: click.Context, /, *, task: str, text: str, actor: str, reason: str, wait_s: int, as_json: bool
) -> None:
    """Add a note to a task. Everybody who may list tasks sees it: no values of traces."""
    ctx.exit(report(*_told(task, Happening.NOTE, (actor, reason), wait_s, text=text), as_json=as_json))


@click.command()
@click.argument("task", metavar="TASK")
@who_options
@wait_option
@as_json_option
@click.pass_context
def reopen(ctx: click.Context, /, task: str, actor: str, reason: str, wait_s: int, *, as_json: bool) -> None:
    """Open a completed task again. What was replayed stays replayed."""
    ctx.exit(report(*_told(task, Happening.REOPEN, (actor, reason), wait_s), as_json=as_json))


def _told(
    name: str, command: Happening, who: tuple[str, str], wait_s: float, **members: Any
) -> tuple[TaskCommand, Task | None]:
    async def tell(at: At) -> tuple[TaskCommand, Task | None]:
        return await at.tell(await at.task(name), command, who, wait_s, **members)

    return run(tell)
