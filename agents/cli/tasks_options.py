"""What the verbs of ``assay tasks`` share: the connection, and telling the agent something."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, NamedTuple, TypeVar

import click

from assay.agents.clock import SystemClock
from assay.agents.policy_in_use import bundle_in_use
from assay.agents.replay.desk import send
from assay.agents.replay.service import new_forge
from assay.agents.replay.shelf import KafkaShelf
from assay.agents.sealing import EnvelopeSealer, FileKeyProvider
from assay.agents.settings import Settings, load_settings
from assay.agents.task_desk import TaskDesk
from assay.agents.task_look import read_tasks, task_named
from assay.pipeline.core.audit_chain import Act
from assay.pipeline.core.clock import rfc3339
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.tasks import Happening, Task, TaskCommand, command_outgoing

from .acting import noted, quiet
from .main import REFUSED, UNAVAILABLE

SOURCE = "/assay/cli"
T = TypeVar("T")


class At(NamedTuple):
    """Where a verb works."""

    settings: Settings
    shelf: KafkaShelf
    desk: TaskDesk
    keys: EnvelopeSealer
    bundle: Bundle

    async def task(self, name: str) -> Task:
        """The task of that name. Raises ``ConfigError``."""
        return task_named(await read_tasks(self.shelf, self.settings), name)

    async def tell(
        self, task: Task, command: Happening, who: tuple[str, str], wait_s: float, **members: Any
    ) -> tuple[TaskCommand, Task | None]:
        """Note a command in the audit log, write it, and wait until the agent has taken it in."""
        actor, reason = who
        at = rfc3339(SystemClock().now_ns())
        told = TaskCommand(task.fingerprint, command, actor, reason, at, **members)
        await noted(self.settings, Act(actor, f"task.{command}", task.task_id, reason, at))
        await send(self.settings, [command_outgoing(told, SOURCE)])
        return told, await self.desk.told(told, wait_s)


def run(work: Callable[[At], Awaitable[T]]) -> T:
    """Do something with tasks, connected to Kafka."""
    settings = load_settings()
    quiet()
    bundle = bundle_in_use(settings)

    async def connected() -> T:
        async with _at(settings, bundle) as at:
            return await work(at)

    return asyncio.run(connected())


@asynccontextmanager
async def _at(settings: Settings, bundle: Bundle) -> AsyncIterator[At]:
    clock = SystemClock()
    keys = EnvelopeSealer(FileKeyProvider(settings.keys_path), clock)
    shelf = KafkaShelf(settings)
    await shelf.start()
    try:
        desk = TaskDesk(settings, shelf, new_forge(settings, bundle), keys=keys, clock=clock)
        yield At(settings, shelf, desk, keys, bundle)
    finally:
        await shelf.stop()


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
