"""One slot at work: each batch that its intake has judged is written, with its offset, in one transaction.

The order of the calls in :meth:`SlotRunner.open` and :meth:`SlotRunner._transact` is the proof of
promise 1; ``tests/broker/test_planted_bugs.py`` changes it and shows that the auditor notices.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence

from assay.agents.transport.protocol import TopicPartition, TransactionalProducer
from assay.pipeline.core.errors import FencedError, TransientError, UnknownOutcomeError

from .context import SlotContext
from .intake import Intake, Judged
from .within import within

log = logging.getLogger(__name__)

CLOSE_S = 4.0
"""How long a running transaction may take to end when the slot is revoked; under the session timeout."""
FIRST_REOPEN_S = 0.25
MOST_REOPEN_S = 4.0
MOST_REBUILDS = 5
"""Failures in a row, without one commit between them, after which the process gives up and is restarted."""


class SlotRunner:
    """A slot from its assignment to its revocation."""

    def __init__(self, context: SlotContext, slot: int, partitions: Sequence[TopicPartition]) -> None:
        self.slot = slot
        self.partitions = list(partitions)
        self._context = context
        self._producer: TransactionalProducer | None = None
        self._task: asyncio.Task[None] | None = None
        self._resting = False
        """Whether the task may be cancelled without harm: it waits for records, or for Kafka."""
        self._settled = False
        """Whether the producer is there and has no transaction open."""
        self._closing = False
        self._failures = 0
        """In a row, without one commit between them."""
        self._intake = Intake(context, slot, partitions)

    async def open(self) -> None:
        """Fence older owners, then read the committed offset, then seek, then start: in this order (rule 3)."""
        await self._open_producer()
        note = await self._context.notes.read(str(self.slot))
        if note is not None:
            self._intake.suspect(note)
        self._task = asyncio.create_task(self._run(), name=f"slot-{self.slot}")

    async def _open_producer(self) -> None:
        self._settled = False
        self._producer = self._context.new_producer(self.slot)
        # Returns when the transactions of older producers are finished: only then is the offset final.
        await self._producer.start()
        positions: dict[TopicPartition, int] = {}
        for partition in self.partitions:
            positions[partition] = await self._start_of(partition)
            self._context.consumer.seek(partition, positions[partition])
        self._intake.start_at(positions)
        self._settled = True

    async def _start_of(self, partition: TopicPartition) -> int:
        committed = await self._context.consumer.committed(partition)
        beginning = await self._context.consumer.beginning(partition)
        if committed is None:
            return beginning
        if committed < beginning:
            log.error("records are gone before they were read: %s/%d", partition.topic, partition.partition)
            self._context.events.data_lost(partition.topic, partition.partition, beginning - committed)
            return beginning
        return committed

    @property
    def failed(self) -> BaseException | None:
        """What ended the slot's task, if anything did."""
        if self._task is None or not self._task.done() or self._task.cancelled():
            return None
        return self._task.exception()

    def on_done(self, callback: Callable[["SlotRunner"], None]) -> None:
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
        if self._settled and self._producer is not None:
            await self._context.notes.clear(str(self.slot))
            if await within(CLOSE_S, self._producer.close()):
                self._producer = None
        await self._discard()

    async def _discard(self) -> None:
        if self._producer is not None:
            producer, self._producer = self._producer, None
            await producer.discard()

    async def _run(self) -> None:
        while not self._is_closing():
            try:
                await self._commit_batches()
            except (TransientError, TimeoutError) as error:
                self._failures += 1
                if self._failures > MOST_REBUILDS:
                    raise UnknownOutcomeError(
                        f"slot {self.slot} failed {self._failures} times in a row"
                    ) from error
                await self._rebuild(error)

    def _is_closing(self) -> bool:
        return self._closing

    async def _commit_batches(self) -> None:
        """One transaction after another. While one runs, the next batch is read and judged."""
        idle = asyncio.Event()
        idle.set()
        ahead = asyncio.create_task(self._intake.next(idle))
        try:
            while not self._is_closing():
                self._resting = True
                batch = await ahead
                self._resting = False
                idle.clear()
                ahead = asyncio.create_task(self._intake.next(idle))
                await self._transact(batch)
                self._failures = 0
                idle.set()
        finally:
            self._resting = False
            ahead.cancel()
            await asyncio.gather(ahead, return_exceptions=True)

    async def _rebuild(self, error: Exception) -> None:
        """The transaction's outcome is unknown, or the slot is not ours: nothing of it may be used again (rules 6, 7)."""
        log.warning("slot %d starts over: %s", self.slot, type(error).__name__)
        self._context.events.rebuilt(self.slot, type(error).__name__)
        self._resting = True
        try:
            await self._discard()
            if isinstance(error, FencedError):
                # Either another worker owns the slot, and the group will say so within a heartbeat; or the
                # broker ended a transaction that was open for too long, and the slot is still ours.
                await asyncio.sleep(self._context.fenced_pause_s)
            await self._reopen()
        finally:
            self._resting = False

    async def _reopen(self) -> None:
        """Nothing is open now, so nothing can be lost: wait for Kafka for as long as it takes (promise 5)."""
        delay = FIRST_REOPEN_S
        while not self._is_closing():
            try:
                await self._open_producer()
            except TransientError as error:
                log.warning("slot %d waits for Kafka: %s", self.slot, type(error).__name__)
                await self._discard()
                await asyncio.sleep(delay)
                delay = min(2 * delay, MOST_REOPEN_S)
            else:
                return

    async def _transact(self, batch: Judged) -> None:
        context = self._context
        producer = self._producer
        assert producer is not None
        self._settled = False
        async with asyncio.timeout(context.transaction_s):
            await producer.begin()
            context.crash.reach("after_begin")
            await producer.send(batch.outgoing)
            context.crash.reach("after_send")
            await producer.send_offsets(batch.positions, context.group)
            context.crash.reach("after_offsets")
            context.crash.reach("before_end_txn")
            await producer.commit()
        self._settled = True
        context.crash.reach("after_end_txn")
        self._intake.committed(batch.positions)
        context.events.committed(batch.sources, batch.outgoing, time.perf_counter() - batch.began)
