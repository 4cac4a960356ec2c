"""What a slot does ahead of its transactions: it reads and judges the next batch while the one before is committed.

Nothing here is written anywhere but the crash note. So a batch that was judged ahead can be dropped at any
moment: it is read again from the committed offset.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from assay.agents.transport.protocol import Fetched, TopicPartition
from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.record import Record, source_of

from .context import SlotContext
from .notes import OpenNote
from .parts import bytes_of, parts_of
from .step import SourceRange, Work

log = logging.getLogger(__name__)

CHUNK_RECORDS = 64
CHUNK_BYTES = 262_144
BUSY_S = 0.01
"""The loop is shared with heartbeats and the web server: give way after this much work (rule 8)."""
IDLE_POLL_MS = 1000
SUSPECT_RECORDS = 100
"""Records per transaction while a range is under suspicion."""
SUSPECT_DEATHS = 2
"""Deaths over one range after which its records are judged apart."""


class Judged(NamedTuple):
    """A batch that is ready to be written."""

    sources: Sequence[SourceRange]
    positions: Mapping[TopicPartition, int]
    """What to commit."""
    outgoing: Sequence[Outgoing]
    began: float
    """When its first records came, on the clock of ``time.perf_counter``."""


class _Batch:
    """A batch that may still grow."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.began = time.perf_counter()
        self.records = 0
        self._spans: dict[TopicPartition, SourceRange] = {}

    def extend(self, partition: TopicPartition, first: int, following: int, fetched: int) -> None:
        span = self._spans.get(partition)
        if span is not None:
            first, fetched = span.first, span.fetched + fetched
        self._spans[partition] = SourceRange(partition.topic, partition.partition, first, following, fetched)

    def finish(self, now_ns: int) -> Judged:
        sources = list(self._spans.values())
        positions = {partition: span.next for partition, span in self._spans.items()}
        return Judged(sources, positions, self.work.finish(sources, now_ns), self.began)


class Intake:
    """Reads and judges for one slot. Reading goes on after what was judged; a note says what is open."""

    def __init__(self, context: SlotContext, slot: int, partitions: Sequence[TopicPartition]) -> None:
        self._context = context
        self._slot = str(slot)
        self._partitions = list(partitions)
        self._committed: dict[TopicPartition, int] = {}
        self._read: dict[TopicPartition, int] = {}
        self._parts: deque[Fetched] = deque()
        self._suspects: dict[TopicPartition, int] = {}
        self._deaths = 0

    def start_at(self, committed: Mapping[TopicPartition, int]) -> None:
        """Go on there; what was read ahead is forgotten."""
        self._committed = dict(committed)
        self._read = dict(committed)
        self._parts.clear()

    def suspect(self, note: OpenNote) -> None:
        """A batch was open when the slot was last worked on: what of it is not committed ended in a death."""
        for partition in self._partitions:
            first, last = note.ranges.get(partition.partition, (0, 0))
            if first <= self._committed[partition] < last:
                self._suspects[partition] = last
                self._deaths = note.deaths + 1

    def committed(self, positions: Mapping[TopicPartition, int]) -> None:
        """A batch became visible."""
        self._committed.update(positions)
        self._suspects = {
            partition: last for partition, last in self._suspects.items() if self._committed[partition] < last
        }

    async def next(self, idle: asyncio.Event) -> Judged:
        """The next batch. ``idle`` is set while no transaction runs.

        A short one grows until then, so that a slow stream makes no more transactions than it would without reading
        ahead. May be cancelled. Raises ``TransientError`` when Kafka or a key is not to be had: call :meth:`start_at`.
        """
        if self._suspects:
            await idle.wait()
        fetched = await self._part()
        batch = _Batch(self._context.step.begin())
        await self._judge(batch, fetched)
        room = self._limit() - batch.records
        if room > batch.records and not self._parts and not idle.is_set():
            await idle.wait()
            self._take(await self._context.consumer.fetch(self._partitions, room, 0))
            if self._parts:
                await self._judge(batch, self._parts.popleft())
        return batch.finish(self._context.clock.now_ns())

    async def _part(self) -> Fetched:
        """What fits a transaction of what was fetched; fetches until there is something."""
        while not self._parts:
            fetched = await self._context.consumer.fetch(self._partitions, self._limit(), IDLE_POLL_MS)
            self._take(fetched)
        return self._parts.popleft()

    def _take(self, fetched: Fetched) -> None:
        if fetched.records:
            self._parts.extend(parts_of(fetched))

    def _limit(self) -> int:
        return SUSPECT_RECORDS if self._apart else self._context.batch_records

    @property
    def _apart(self) -> bool:
        return bool(self._suspects) and self._deaths >= SUSPECT_DEATHS

    async def _judge(self, batch: _Batch, fetched: Fetched) -> None:
        context = self._context
        await context.notes.write(self._slot, self._note(fetched.positions))
        context.crash.reach("after_redis")
        now_ns = context.clock.now_ns
        busy_since = time.perf_counter()
        for partition, records in fetched.records.items():
            if self._apart and partition in self._suspects:
                await self._judge_apart(batch.work, records)
            else:
                for chunk in _chunks(records):
                    batch.work.add(chunk, now_ns())
                    if time.perf_counter() - busy_since > BUSY_S:
                        await asyncio.sleep(0)
                        busy_since = time.perf_counter()
            batch.records += len(records)
            batch.extend(partition, self._read[partition], fetched.positions[partition], len(records))
            self._read[partition] = fetched.positions[partition]

    def _note(self, positions: Mapping[TopicPartition, int]) -> OpenNote:
        """From the committed offset on: what is not committed when the process dies may be what it died of."""
        ranges = {
            partition.partition: (self._committed[partition], following)
            for partition, following in positions.items()
        }
        return OpenNote(ranges, self._deaths if self._suspects else 0)

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
