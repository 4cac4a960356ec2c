"""What the verbs of ``assay tasks`` share: the connection, and telling the agent something."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import click

from assay.agents.policy_in_use import bundle_in_use
from assay.agents.settings import load_settings
from assay.agents.tasks_connected import At, connected
from assay.pipeline.tasks import Happening, Task, TaskCommand

from .acting import quiet
from .main import REFUSED, UNAVAILABLE

T = TypeVar("T")


def run(work: Callable[[At], Awaitable[T]]) -> T:
    """Do something with tasks, connected to Kafka."""
    settings = load_settings()
    quiet()
    bundle = bundle_in_use(settings)

    async def at_work() -> T:
        async with connected(settings, bundle) as at:
            return await work(at)

    return asyncio.run(at_work())


def report(command: TaskCommand, task: Task | None, *, as_json: bool, **more: Any) -> int:
    """Say what came of a command; the exit status."""
    change = None
    if task is not None:
        change = next((one for one in reversed(task.history) if one.at == command.at), None)
    refused = change.refused.value if change is not None and change.refused is not None else ""
    if as_json:
        document = {
            "fingerprint": command.fingerprint,
            "answered": task is not None,
            "status": task.status.value if task is not None else None,
            "refused": refused,
            "replay_job": task.replay_job if task is not None else "",
            **more,
        }
        click.echo(json.dumps(document, indent=2))
    elif task is None:
        click.echo("Nobody has taken it in yet. Is assay worker running, with the agent manual_remediation?")
    elif refused:
        click.echo(f"Not done: {refused}. The task is {task.status}.")
    else:
        click.echo(f"Task {task.task_id} is {task.status}, assigned to {task.assigned_to}.")
        if task.replay_job and command.command is Happening.COMPLETE:
            click.echo(f"Its dead letters are replayed by job {task.replay_job}: assay replay status.")
    if task is None:
        return UNAVAILABLE
    return REFUSED if refused else 0
