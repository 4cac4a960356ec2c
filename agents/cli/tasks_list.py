"""``assay tasks list`` and ``assay tasks show``."""

import json
from collections.abc import Iterable
from typing import Any

import click
import orjson
from rich import box
from rich.console import Console
from rich.table import Table

from assay.agents.task_look import read_tasks
from assay.agents.tasks_connected import At
from assay.pipeline.tasks import Status, Task, to_json

from .acting import as_json_option
from .tasks_options import run

COLUMNS = ("task", "priority", "status", "type", "tenant", "dead letters", "assigned to", "fingerprint")


@click.command("list")
@click.option("--all", "everything", is_flag=True, help="Also completed ones.")
@click.option("--assignee", default="", metavar="NAME", help="Only those of this person or team.")
@click.option("--tenant", default="", metavar="ID", help="Only those of this tenant.")
@as_json_option
def list_tasks(assignee: str, tenant: str, *, everything: bool, as_json: bool) -> None:
    """List open tasks, the most urgent and oldest first."""

    async def look(at: At) -> list[Task]:
        return [*(await read_tasks(at.shelf, at.settings)).values()]

    found = [
        task
        for task in run(look)
        if (everything or task.status is not Status.COMPLETED)
        and assignee in {"", task.assigned_to}
        and tenant in {"", task.tenant_id}
    ]
    found.sort(key=lambda task: (task.priority, task.created_at, task.fingerprint))
    if as_json:
        click.echo(json.dumps([document_of(task) for task in found], indent=2))
        return
    table = Table(*COLUMNS, box=box.SIMPLE_HEAD)
    for task in found:
        table.add_row(*_row(task))
    Console(width=160).print(table)


@click.command()
@click.argument("task", metavar="TASK")
@as_json_option
def show(task: str, *, as_json: bool) -> None:
    """Show a task: its instructions, notes and history. Nothing in it is a value of a trace."""

    async def look(at: At) -> Task:
        return await at.task(task)

    found = run(look)
    if as_json:
        click.echo(json.dumps(document_of(found), indent=2))
    else:
        click.echo("\n".join(_lines(found)))


def document_of(task: Task) -> dict[str, Any]:
    """A task as JSON; a sealed edit is only named."""
    document: dict[str, Any] = orjson.loads(to_json(task))
    if task.edit is not None:
        document["edit"] = {"kind": task.edit.get("kind"), "rule": task.edit.get("rule", "")}
    document.pop("seen")
    return document


def _row(task: Task) -> Iterable[str]:
    yield from (task.task_id, task.priority, task.status, task.task_type, task.tenant_id)
    yield from (str(task.dead_letters.count), task.assigned_to, task.fingerprint)


def _lines(task: Task) -> Iterable[str]:
    yield task.instructions
    yield "## This Task"
    yield ""
    yield f"{task.task_id}, {task.priority}, {task.task_type}, {task.status}, assigned to {task.assigned_to}"
    yield f"covers {task.dead_letters.count} dead letters of problem {task.fingerprint}, e.g."
    yield from (f"  {source}" for source in task.dead_letters.sources[:5])
    if task.edit is not None:
        yield f"edit: {task.edit.get('kind')} {task.edit.get('rule', '')}"
    for note in task.notes:
        # JSON's form of a text has no control characters: nobody's note steers the terminal.
        yield f"{note.at[:19]}Z  {json.dumps(note.actor)} notes {json.dumps(note.text)}"
    for change in task.history:
        refused = f" (refused: {change.refused})" if change.refused else ""
        yield f"{change.at[:19]}Z  {json.dumps(change.actor)} {change.happening}{refused}: {json.dumps(change.reason)}"
