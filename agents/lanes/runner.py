"""A slot of either kind of lane from its assignment to its revocation: its task, and what follows every failure.

What the task does in between is for the two kinds to say: ``slot.py`` (no state) and ``keyed_slot.py``.
"""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from assay.agents.transport.protocol import TopicPartition
from assay.pipeline.core.errors import FencedError, TransientError, UnknownOutcomeError

from .membership import Runner
from .owner import OwnerContext, SlotOwner

log = logging.getLogger(__name__)

CLOSE_S = 4.0
"""How long a running transaction may take to end when the slot is revoked; under the session timeout."""
FIRST_REOPEN_S = 0.25
MOST_REOPEN_S = 4.0
MOST_REBUILDS = 5
"""Failures in a row, without one success between them, after which the process gives up and is restarted."""


class OwningRunner(ABC):
    """Owns a slot while its task works, and becomes its owner anew after every doubt. See :class:`Runner`."""

    def __init__(self, context: OwnerContext, slot: int, partitions: Sequence[TopicPartition]) -> None:
        self.slot = slot
        self.partitions = list(partitions)
        self._owner = SlotOwner(context, slot, self.partitions)
        self._events = context.events
        self._fenced_pause_s = context.fenced_pause_s
        self._task: asyncio.Task[None] | None = None
        self._resting = False
        self._closing = False
        self._failures = 0
        """In a row; :meth:`_work` sets it to zero with every success."""

    @abstractmethod
    async def _recall(self) -> None:
        """Ask the notes what the slot's last owner was at. Called once, before the task starts; the group waits for it."""

    @abstractmethod
    async def _work(self) -> None:
        """Work from the owner's positions on until the slot is closing.

        Raises ``TransientError`` or ``TimeoutError`` when a transaction has an unknown outcome, or Kafka is not to be had.
        """

    @abstractmethod
    async def _catch_up(self) -> None:
        """Forget what was believed before the owner was opened anew. Raises ``TransientError``."""

    @abstractmethod
    async def _forget(self) -> None:
        """Note that nothing is open."""

    async def open(self) -> None:
        """Fence older owners, then read the committed offset, then seek, then start: in this order (rule 3)."""
        await self._owner.open()
        await self._recall()
        self._task = asyncio.create_task(self._run(), name=f"slot-{self.slot}")

    @property
    def failed(self) -> BaseException | None:
        """What ended the slot's task, if anything did."""
        if self._task is None or not self._task.done() or self._task.cancelled():
            return None
        return self._task.exception()

    def on_done(self, callback: Callable[[Runner], None]) -> None:
        """Call back when the task ends, for whatever reason."""
        assert self._task is not None
        self._task.add_done_callback(lambda _task: callback(self))

    async def close(self) -> None:
        """Stop intake and let the running transaction end; after ``CLOSE_S`` abandon it (rule 5)."""
        self._closing = True
        task = self._task
        if task is not None:
            if self._resting:
                task.cancel()
            await asyncio.wait({task}, timeout=CLOSE_S)
            while not task.done():
                task.cancel()
                await asyncio.wait({task}, timeout=0.1)
        if self._owner.settled:
            await self._forget()
        await self._owner.close()

    def _is_closing(self) -> bool:
        return self._closing

    @contextmanager
    def _at_rest(self) -> Iterator[None]:
        """Within it the task may be cancelled without harm: it waits for records, or for Kafka, or reads."""
        self._resting = True
        try:
            yield
        finally:
            self._resting = False

    async def _run(self) -> None:
        while not self._is_closing():
            try:
                await self._work()
            except (TransientError, TimeoutError) as error:
                self._failures += 1
                if self._failures > MOST_REBUILDS:
                    raise UnknownOutcomeError(
                        f"slot {self.slot} failed {self._failures} times in a row"
                    ) from error
                await self._rebuild(error)

    async def _rebuild(self, error: Exception) -> None:
        """The transaction's outcome is unknown, or the slot is not ours: nothing of it may be used again (rules 6, 7)."""
        log.warning("slot %d starts over: %s", self.slot, type(error).__name__)
        self._events.rebuilt(self.slot, type(error).__name__)
        with self._at_rest():
            await self._owner.discard()
            if isinstance(error, FencedError):
                # Either another worker owns the slot, and the group will say so within a heartbeat; or the
                # broker ended a transaction that was open for too long, and the slot is still ours.
                await asyncio.sleep(self._fenced_pause_s)
            await self._reopen()

    async def _reopen(self) -> None:
        """Nothing is open now, so nothing can be lost: wait for Kafka for as long as it takes (promise 5)."""
        delay = FIRST_REOPEN_S
        while not self._is_closing():
            try:
                await self._owner.open()
                await self._catch_up()
            except TransientError as error:
                log.warning("slot %d waits for Kafka: %s", self.slot, type(error).__name__)
                await self._owner.discard()
                await asyncio.sleep(delay)
                delay = min(2 * delay, MOST_REOPEN_S)
            else:
                return
