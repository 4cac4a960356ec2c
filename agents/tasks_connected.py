"""A connection for those who work on tasks: read them, try an edit, tell the agent, with an entry in the audit log first."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from assay.pipeline.core.audit_chain import Act
from assay.pipeline.core.clock import rfc3339
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.replay import Edit
from assay.pipeline.tasks import Happening, Task, TaskCommand, command_outgoing

from .audit_log import audit_log
from .clock import SystemClock
from .replay.desk import send
from .replay.forge import Forge
from .replay.predict import Plan
from .replay.service import new_forge
from .replay.shelf import KafkaShelf
from .sealing import EnvelopeSealer, FileKeyProvider
from .settings import Settings
from .task_desk import Looked, TaskDesk, stored_edit
from .task_look import read_task, read_tasks, task_named

SOURCE = "/assay/cli"


class At(NamedTuple):
    """Where tasks are worked on."""

    settings: Settings
    shelf: KafkaShelf
    desk: TaskDesk
    keys: EnvelopeSealer
    bundle: Bundle
    note: Callable[[Act], Awaitable[object]]
    """Writes an entry into the audit log."""
    source: str = SOURCE
    """Who writes the commands: ``ce_source`` of their events."""

    async def task(self, name: str) -> Task:
        """The task of that name. Raises ``ConfigError``."""
        return task_named(await read_tasks(self.shelf, self.settings), name)

    async def one(self, fingerprint: str) -> Task | None:
        """The task of exactly that fingerprint."""
        return await read_task(self.shelf, self.settings, fingerprint)

    async def tell(
        self, task: Task, command: Happening, who: tuple[str, str], wait_s: float, **members: Any
    ) -> tuple[TaskCommand, Task | None]:
        """Note a command in the audit log, write it, and wait until the agent has taken it in. ``who``: actor and reason."""
        actor, reason = who
        at = rfc3339(SystemClock().now_ns())
        told = TaskCommand(task.fingerprint, command, actor, reason, at, **members)
        await self.note(Act(actor, f"task.{command}", task.task_id, reason, at))
        await send(self.settings, [command_outgoing(told, self.source)])
        return told, await self.desk.told(told, wait_s)

    async def look(self, task: Task, who: tuple[str, str], edit: Edit | None = None) -> "Shown":
        """Open the first dead letter that is left, and say what an edit would make of it; it is noted before it is opened.

        The caller has asked for permission. Raises :class:`RefusedError`, and ``EditError`` for an edit that does not apply.
        """
        candidate = await self.desk.first(task)
        actor, reason = who
        at = rfc3339(SystemClock().now_ns())
        await self.note(Act(actor, "task.open", str(candidate.root), reason, at))
        looked = await self.desk.look(candidate)
        return Shown(looked, None if edit is None else await self.desk.tried(candidate, edit))

    async def complete(
        self, task: Task, who: tuple[str, str], wait_s: float, *, replay: bool, dry_run: bool
    ) -> tuple[Plan, tuple[TaskCommand, Task | None] | None]:
        """What completing the task does; without a dry run, have it done, unless no dead letter would pass.

        Raises :class:`RefusedError` while another replay works on them.
        """
        plan = await self.desk.plan(task, stored_edit(task)) if replay or dry_run else Plan()
        if dry_run or (replay and not plan.replays):
            return plan, None
        if replay:
            await self.desk.refuse_overlap(task)
        return plan, await self.tell(task, Happening.COMPLETE, who, wait_s, replay=replay)


class Shown(NamedTuple):
    """A dead letter, open, and what an edit makes of it."""

    looked: Looked
    tried: Looked | None


@asynccontextmanager
async def connected(
    settings: Settings,
    bundle: Bundle,
    *,
    note: Callable[[Act], Awaitable[object]] | None = None,
    source: str = SOURCE,
    forge: Forge | None = None,
) -> AsyncIterator[At]:
    """Connected to Kafka. ``note``: who writes audit entries, if somebody has the log open; ``forge``: of this bundle.

    Raises ``DependencyUnavailableError``, and what :func:`new_forge` raises.
    """
    clock = SystemClock()

    async def append(act: Act) -> None:
        async with audit_log(settings) as log:
            await log.append_all([act])

    keys = EnvelopeSealer(FileKeyProvider(settings.keys_path), clock)
    shelf = KafkaShelf(settings)
    await shelf.start()
    try:
        used = await asyncio.to_thread(new_forge, settings, bundle) if forge is None else forge
        desk = TaskDesk(settings, shelf, used, keys=keys, clock=clock)
        yield At(settings, shelf, desk, keys, bundle, note or append, source)
    finally:
        await shelf.stop()
