"""One slot at work: read a batch, judge it, write everything and the offset in one transaction.

The order of the calls in :meth:`SlotRunner.open` and :meth:`SlotRunner._transact` is the proof of
promise 1; ``tests/broker/test_planted_bugs.py`` changes it and shows that the auditor notices.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from assay.agents.transport.protocol import Fetched, GroupConsumer, TopicPartition, TransactionalProducer
from assay.pipeline.core.clock import Clock
from assay.pipeline.core.errors import FencedError, TransientError, UnknownOutcomeError
from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.record import Record, source_of

from .crash import CrashPoints
from .events import LaneEvents
from .notes import CrashNotes, OpenNote
from .parts import bytes_of, parts_of
from .probe import Probe
from .step import LaneStep, SourceRange, Work
from .within import within

log = logging.getLogger(__name__)

CHUNK_RECORDS = 64
CHUNK_BYTES = 262_144
BUSY_S = 0.01
"""The loop is shared with heartbeats and the web server: give way after this much work (rule 8)."""
IDLE_POLL_MS = 1000
CLOSE_S = 4.0
"""How long a running transaction may take to end when the slot is revoked; under the session timeout."""
SUSPECT_RECORDS = 100
"""Records per transaction while a range is under suspicion."""
SUSPECT_DEATHS = 2
"""Deaths over one range after which its records are judged apart."""
FIRST_REOPEN_S = 0.25
MOST_REOPEN_S = 4.0
MOST_REBUILDS = 5
"""Failures in a row, without one commit between them, after which the process gives up and is restarted."""


@dataclass(frozen=True, slots=True)
class SlotContext:
    """What all slots of a lane share."""

    group: str
    consumer: GroupConsumer
    new_producer: Callable[[int], TransactionalProducer]
    step: LaneStep
    clock: Clock
    notes: CrashNotes
    events: LaneEvents
    crash: CrashPoints
    batch_records: int
    transaction_s: float
    """A transaction that takes longer has an unknown outcome."""
    fenced_pause_s: float
    """How long a fenced slot waits before it tries again: long enough to hear that it was given away."""
    new_probe: Callable[[], Probe]
    """Where suspect records are judged apart."""


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
        self._positions: dict[TopicPartition, int] = {}
        self._suspects: dict[TopicPartition, int] = {}
        self._deaths = 0

    async def open(self) -> None:
        """Fence older owners, then read the committed offset, then seek, then start: in this order (rule 3)."""
        await self._open_producer()
        note = await self._context.notes.read(str(self.slot))
        if note is not None:
            self._suspect(note)
        self._task = asyncio.create_task(self._run(), name=f"slot-{self.slot}")

    async def _open_producer(self) -> None:
        self._settled = False
        self._producer = self._context.new_producer(self.slot)
        # Returns when the transactions of older producers are finished: only then is the offset final.
        await self._producer.start()
        for partition in self.partitions:
            offset = await self._start_of(partition)
            self._context.consumer.seek(partition, offset)
            self._positions[partition] = offset
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

    def _suspect(self, note: OpenNote) -> None:
        for partition in self.partitions:
            first, last = note.ranges.get(partition.partition, (0, 0))
            if first <= self._positions[partition] < last:
                # Not committed: the batch ended in a death, its own doing or not.
                self._suspects[partition] = last
                self._deaths = note.deaths + 1

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
        failures = 0
        while not self._is_closing():
            fetched = await self._fetch()
            if not fetched.records:
                continue
            try:
                for part in parts_of(fetched):
                    if self._is_closing():
                        break  # the rest is read again by whoever comes next
                    await self._transact(part)
            except (TransientError, TimeoutError) as error:
                failures += 1
                if failures > MOST_REBUILDS:
                    raise UnknownOutcomeError(f"slot {self.slot} failed {failures} times in a row") from error
                await self._rebuild(error)
            else:
                failures = 0

    def _is_closing(self) -> bool:
        return self._closing

    async def _fetch(self) -> Fetched:
        limit = SUSPECT_RECORDS if self._apart else self._context.batch_records
        self._resting = True
        try:
            return await self._context.consumer.fetch(self.partitions, limit, IDLE_POLL_MS)
        finally:
            self._resting = False

    @property
    def _apart(self) -> bool:
        return bool(self._suspects) and self._deaths >= SUSPECT_DEATHS

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

    async def _transact(self, fetched: Fetched) -> None:
        context = self._context
        producer = self._producer
        assert producer is not None
        began = time.perf_counter()
        sources = self._sources(fetched)
        await context.notes.write(str(self.slot), self._note(sources))
        context.crash.reach("after_redis")
        outgoing = await self._judge(fetched, sources)
        self._settled = False
        async with asyncio.timeout(context.transaction_s):
            await producer.begin()
            context.crash.reach("after_begin")
            await producer.send(outgoing)
            context.crash.reach("after_send")
            await producer.send_offsets(fetched.positions, context.group)
            context.crash.reach("after_offsets")
            context.crash.reach("before_end_txn")
            await producer.commit()
        self._settled = True
        context.crash.reach("after_end_txn")
        self._positions.update(fetched.positions)
        self._suspects = {
            partition: last for partition, last in self._suspects.items() if self._positions[partition] < last
        }
        context.events.committed(sources, outgoing, time.perf_counter() - began)

    def _sources(self, fetched: Fetched) -> list[SourceRange]:
        return [
            SourceRange(
                partition.topic,
                partition.partition,
                self._positions[partition],
                fetched.positions[partition],
                len(records),
            )
            for partition, records in fetched.records.items()
        ]

    def _note(self, sources: Sequence[SourceRange]) -> OpenNote:
        ranges = {source.partition: (source.first, source.next) for source in sources}
        return OpenNote(ranges, self._deaths if self._suspects else 0)

    async def _judge(self, fetched: Fetched, sources: Sequence[SourceRange]) -> Sequence[Outgoing]:
        work = self._context.step.begin()
        clock = self._context.clock
        busy_since = time.perf_counter()
        for partition, records in fetched.records.items():
            if self._apart and partition in self._suspects:
                await self._judge_apart(work, records)
                continue
            for chunk in _chunks(records):
                work.add(chunk, clock.now_ns())
                if time.perf_counter() - busy_since > BUSY_S:
                    await asyncio.sleep(0)
                    busy_since = time.perf_counter()
        return work.finish(sources, clock.now_ns())

    async def _judge_apart(self, work: Work, records: Sequence[Record]) -> None:
        now_ns = self._context.clock.now_ns
        async with self._context.new_probe() as probe:
            for record in records:
                if await probe.survives(record):
                    work.add([record], now_ns())
                else:
                    log.error("record %s ends processes: dead-lettered unread", source_of(record))
                    work.add_killer(record, self._deaths + 1, now_ns())


def _chunks(records: Sequence[Record]) -> Iterator[Sequence[Record]]:
    """Runs of records that are short in number and in bytes."""
    for start in range(0, len(records), CHUNK_RECORDS):
        run = records[start : start + CHUNK_RECORDS]
        if bytes_of(run) <= CHUNK_BYTES:
            yield run
        else:
            yield from ([record] for record in run)
