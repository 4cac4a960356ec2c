"""One slot of a keyed lane: state, effects and offsets in one transaction, ticks in others (DESIGN 5).

The state lives in memory and on the state topic. Memory changes after a commit and never before it; after every doubt
(a crash, a rebalance, an unknown outcome) the topic is read again, once older owners can write no more.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from assay.agents.topics import topic_name
from assay.agents.transport.protocol import Fetched, TopicPartition, Transport
from assay.pipeline.core.clock import NANOS_PER_MILLI, Clock
from assay.pipeline.core.errors import FencedError, TransientError, UnknownOutcomeError
from assay.pipeline.core.record import Record

from .keyed_owner import OwnerContext, SlotOwner
from .keyed_state import KeyedState, Place
from .keyed_suspects import Suspects
from .keyed_work import KeyedLaneSpec, KeyedWork
from .membership import Runner
from .notes import CrashNotes
from .parts import PART_BYTES, parts_of
from .step import SourceRange

log = logging.getLogger(__name__)

IDLE_POLL_MS = 1000
TICKS = 500
"""Most ticks in one transaction."""
BUSY_S = 0.01
"""The loop is shared with heartbeats and the web server: give way after this much work (rule 8)."""
CLOSE_S = 4.0
"""How long a running transaction may take to end when the slot is revoked; under the session timeout."""
FIRST_REOPEN_S = 0.25
MOST_REOPEN_S = 4.0
MOST_REBUILDS = 5
"""Failures in a row, without one success between them, after which the process gives up and is restarted."""


@dataclass(frozen=True, slots=True)
class KeyedContext:
    """What all slots of a keyed lane share."""

    spec: KeyedLaneSpec
    transport: Transport
    owner: OwnerContext
    clock: Clock
    notes: CrashNotes
    batch_records: int
    fenced_pause_s: float
    """How long a fenced slot waits before it tries again: long enough to hear that it was given away."""
    prefix: str


class KeyedSlotRunner:
    """A slot from its assignment to its revocation."""

    def __init__(self, context: KeyedContext, slot: int, partitions: Sequence[TopicPartition]) -> None:
        self.slot = slot
        self.partitions = list(partitions)
        self._context = context
        self._owner = SlotOwner(context.owner, slot, partitions)
        self._suspects = Suspects(context.notes, slot, partitions)
        self._state: KeyedState | None = None
        self._task: asyncio.Task[None] | None = None
        self._resting = False
        """Whether the task may be cancelled without harm: it waits for records, or for Kafka, or reads."""
        self._closing = False

    async def open(self) -> None:
        """Fence older owners, find the offsets, then start; the task begins with reading the state back.

        The state is read in the task and not here: the group waits for this call, and a large state would outlast
        its patience.
        """
        await self._owner.open()
        await self._suspects.recall(self._owner.positions)
        self._task = asyncio.create_task(self._run(), name=f"keyed-slot-{self.slot}")

    @property
    def state(self) -> KeyedState | None:
        """What is committed, for looking at; ``None`` until it was read back."""
        return self._state

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
        if await self._owner.close():
            await self._suspects.clear()

    async def _run(self) -> None:
        failures = 0
        state: KeyedState | None = None
        while not self._is_closing():
            try:
                if state is None:
                    state = await self._restored()
                await self._turn(state)
            except (TransientError, TimeoutError) as error:
                failures += 1
                if failures > MOST_REBUILDS:
                    raise UnknownOutcomeError(f"slot {self.slot} failed {failures} times in a row") from error
                state = await self._rebuild(error)
            else:
                failures = 0

    def _is_closing(self) -> bool:
        return self._closing

    async def _restored(self) -> KeyedState:
        """The state as the topic has it; call it only while this slot's producer is the newest."""
        context = self._context
        topic = topic_name(context.spec.state, context.prefix)
        numbers = sorted({partition.partition for partition in self.partitions})
        state = KeyedState(context.spec.step.due)
        self._state, self._resting = None, True
        try:
            await context.transport.read(
                [TopicPartition(topic, number) for number in numbers], state.read_back
            )
        finally:
            self._resting = False
        state.plan_ticks()
        self._state = state
        return state

    async def _rebuild(self, error: Exception) -> KeyedState | None:
        """The transaction's outcome is unknown, or the slot is not ours: nothing of it may be used again (rules 6, 7)."""
        log.warning("slot %d starts over: %s", self.slot, type(error).__name__)
        self._context.owner.events.rebuilt(self.slot, type(error).__name__)
        self._state, self._resting = None, True
        try:
            await self._owner.discard()
            if isinstance(error, FencedError):
                # Either another worker owns the slot, and the group will say so within a heartbeat; or the
                # broker ended a transaction that was open for too long, and the slot is still ours.
                await asyncio.sleep(self._context.fenced_pause_s)
            return await self._reopened()
        finally:
            self._resting = False

    async def _reopened(self) -> KeyedState | None:
        """Nothing is open now, so nothing can be lost: wait for Kafka for as long as it takes (promise 5)."""
        delay = FIRST_REOPEN_S
        while not self._is_closing():
            try:
                await self._owner.open()
                return await self._restored()
            except TransientError as error:
                log.warning("slot %d waits for Kafka: %s", self.slot, type(error).__name__)
                self._resting = True
                await self._owner.discard()
                await asyncio.sleep(delay)
                delay = min(2 * delay, MOST_REOPEN_S)
        return None

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
        self._resting = True
        try:
            return await self._context.owner.consumer.fetch(
                self.partitions, self._context.batch_records, wait_ms
            )
        finally:
            self._resting = False

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
        self._context.owner.events.committed(sources, outgoing, time.perf_counter() - began)
