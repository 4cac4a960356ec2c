"""One slot of a keyed lane: state, effects and offsets in one transaction, ticks in others (DESIGN 5).

The state lives in memory and on the state topic. Memory changes after a commit and never before it; after every doubt
(a crash, a rebalance, an unknown outcome) the topic is read again, once older owners can write no more.
"""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from assay.agents.topics import topic_name
from assay.agents.transport.protocol import Fetched, TopicPartition, Transport
from assay.pipeline.core.clock import NANOS_PER_MILLI, Clock
from assay.pipeline.core.record import Record

from .keyed_state import KeyedState, Place
from .keyed_suspects import Suspects
from .keyed_work import KeyedLaneSpec, KeyedWork
from .notes import CrashNotes
from .owner import OwnerContext
from .parts import PART_BYTES, parts_of
from .runner import OwningRunner
from .step import SourceRange

IDLE_POLL_MS = 1000
TICKS = 500
"""Most ticks in one transaction."""
BUSY_S = 0.01
"""The loop is shared with heartbeats and the web server: give way after this much work (rule 8)."""


@dataclass(frozen=True, slots=True)
class KeyedContext:
    """What all slots of a keyed lane share."""

    spec: KeyedLaneSpec
    transport: Transport
    owner: OwnerContext
    clock: Clock
    notes: CrashNotes
    batch_records: int
    prefix: str


class KeyedSlotRunner(OwningRunner):
    """A slot of a keyed lane.

    Its task begins with reading the state back, and not :meth:`open`: the group waits for that, and a large state
    would outlast its patience.
    """

    def __init__(self, context: KeyedContext, slot: int, partitions: Sequence[TopicPartition]) -> None:
        super().__init__(context.owner, slot, partitions)
        self._context = context
        self._suspects = Suspects(context.notes, slot, partitions)
        self._state: KeyedState | None = None

    @property
    def state(self) -> KeyedState | None:
        """What is committed, for looking at; ``None`` until it was read back."""
        return self._state

    async def _recall(self) -> None:
        await self._suspects.recall(self._owner.positions)

    async def _forget(self) -> None:
        await self._suspects.clear()

    async def _work(self) -> None:
        try:
            if self._state is None:
                with self._at_rest():
                    await self._catch_up()
            while self._state is not None and not self._is_closing():
                await self._turn(self._state)
                self._failures = 0
        finally:
            self._state = None

    async def _catch_up(self) -> None:
        """Read the state as the topic has it; sound only while this slot's producer is the newest."""
        context = self._context
        topic = topic_name(context.spec.state, context.prefix)
        numbers = sorted({partition.partition for partition in self.partitions})
        state = KeyedState(context.spec.step.due)
        await context.transport.read([TopicPartition(topic, number) for number in numbers], state.read_back)
        state.plan_ticks()
        self._state = state

    async def _turn(self, state: KeyedState) -> None:
        """The ticks whose time has come, then a batch of records: neither can hold the other up."""
        await self._tick(state)
        fetched = await self._fetch(state)
        for part in parts_of(fetched):
            for run in self._runs(part):
                if self._is_closing():
                    return  # the rest is read again by whoever comes next
                await self._take(state, run)

    async def _tick(self, state: KeyedState) -> None:
        now_ns = self._context.clock.now_ns()
        places = state.due_by(now_ns, TICKS)
        while places and not self._is_closing():
            began = time.perf_counter()
            work = self._new_work(state)
            done = 0
            for place in places:
                work.tick(place, now_ns)
                done += 1
                if work.size > PART_BYTES:
                    break
                if done % 50 == 0:
                    await asyncio.sleep(0)
            places = places[done:]
            await self._commit(state, work, {}, [], began)

    async def _fetch(self, state: KeyedState) -> Fetched:
        due = state.next_due()
        wait_ms = IDLE_POLL_MS
        if due is not None:
            left = (due - self._context.clock.now_ns()) // NANOS_PER_MILLI + 1
            wait_ms = max(0, min(IDLE_POLL_MS, left))
        with self._at_rest():
            return await self._context.owner.consumer.fetch(
                self.partitions, self._context.batch_records, wait_ms
            )

    def _runs(self, part: Fetched) -> Iterator[Fetched]:
        """The part as one, or the records of suspected partitions one by one and then the rest."""
        together: dict[TopicPartition, Sequence[Record]] = {}
        for where, records in part.records.items():
            if not self._suspects.is_apart(where):
                together[where] = records
                continue
            following = [*(record.offset for record in records[1:]), part.positions[where]]
            for record, position in zip(records, following, strict=True):
                yield Fetched({where: [record]}, {where: position})
        if together:
            yield Fetched(together, {where: part.positions[where] for where in together})

    async def _take(self, state: KeyedState, run: Fetched) -> None:
        """Take these records in, in one transaction, or in several when they make much of little."""
        await self._suspects.note(self._owner.positions, run.positions)
        self._context.owner.crash.reach("after_redis")
        began = busy_since = time.perf_counter()
        work = self._new_work(state)
        taken: dict[TopicPartition, int] = {}
        positions: dict[TopicPartition, int] = {}
        for where, records in run.records.items():
            for record in records:
                if work.size > PART_BYTES:
                    await self._commit(state, work, positions, self._sources(positions, taken), began)
                    work, taken, positions = self._new_work(state), {}, {}
                    began = time.perf_counter()
                self._take_one(work, where, record)
                taken[where] = taken.get(where, 0) + 1
                positions[where] = record.offset + 1
                if time.perf_counter() - busy_since > BUSY_S:
                    await asyncio.sleep(0)
                    busy_since = time.perf_counter()
            positions[where] = run.positions[where]
        await self._commit(state, work, positions, self._sources(positions, taken), began)

    def _take_one(self, work: KeyedWork, where: TopicPartition, record: Record) -> None:
        if self._suspects.is_killer(where):
            work.refuse_killer(record, self._suspects.deaths(where))
        else:
            work.take(record, self._context.clock.now_ns())

    def _sources(
        self, positions: Mapping[TopicPartition, int], taken: Mapping[TopicPartition, int]
    ) -> list[SourceRange]:
        before = self._owner.positions
        return [
            SourceRange(where.topic, where.partition, before[where], following, taken.get(where, 0))
            for where, following in positions.items()
        ]

    def _new_work(self, state: KeyedState) -> KeyedWork:
        return KeyedWork(self._context.spec, state, self._context.owner.group, self._context.prefix)

    async def _commit(
        self,
        state: KeyedState,
        work: KeyedWork,
        positions: Mapping[TopicPartition, int],
        sources: Sequence[SourceRange],
        began: float,
    ) -> None:
        outgoing = work.finish()
        changes: Mapping[Place, bytes | None] = work.changes
        if outgoing or positions:
            await self._owner.write(outgoing, positions)
        state.apply(changes)
        for place in work.muted:
            state.mute(place)
        self._suspects.committed(positions)
        self._events.committed(sources, outgoing, time.perf_counter() - began)
