"""A connection for those who work on tasks: read them, try an edit, tell the agent, with an entry in the audit log first."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from assay.pipeline.core.audit_chain import Act
from assay.pipeline.core.clock import rfc3339
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.tasks import Happening, Task, TaskCommand, command_outgoing

from .audit_log import audit_log
from .clock import SystemClock
from .replay.desk import send
from .replay.service import new_forge
from .replay.shelf import KafkaShelf
from .sealing import EnvelopeSealer, FileKeyProvider
from .settings import Settings
from .task_desk import TaskDesk
from .task_look import read_tasks, task_named

SOURCE = "/assay/cli"


class At(NamedTuple):
    """Where tasks are worked on."""

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
        """Note a command in the audit log, write it, and wait until the agent has taken it in. ``who``: actor and reason."""
        actor, reason = who
        at = rfc3339(SystemClock().now_ns())
        told = TaskCommand(task.fingerprint, command, actor, reason, at, **members)
        async with audit_log(self.settings) as log:
            await log.append_all([Act(actor, f"task.{command}", task.task_id, reason, at)])
        await send(self.settings, [command_outgoing(told, SOURCE)])
        return told, await self.desk.told(told, wait_s)


@asynccontextmanager
async def connected(settings: Settings, bundle: Bundle) -> AsyncIterator[At]:
    """Connected to Kafka. Raises ``DependencyUnavailableError``, and what :func:`new_forge` raises."""
    clock = SystemClock()
    keys = EnvelopeSealer(FileKeyProvider(settings.keys_path), clock)
    shelf = KafkaShelf(settings)
    await shelf.start()
    try:
        desk = TaskDesk(settings, shelf, new_forge(settings, bundle), keys=keys, clock=clock)
        yield At(settings, shelf, desk, keys, bundle)
    finally:
        await shelf.stop()
