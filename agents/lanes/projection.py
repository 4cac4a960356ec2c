"""A projection: a topic folded into a view, beside the lanes and never in their way (DESIGN 5, promise 3).

The view keeps its own position, written in the same script call as what it counts. The position is the only truth: the
group's committed offsets are not used, and after anything that is not a plain success the projection asks the view
where it stands and goes on there. So Redis may be killed, paused, emptied or restored from an older copy, and this
process may die at any point: every record is counted once.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from assay.agents.names import lane_group
from assay.agents.settings import Settings
from assay.agents.stores.view_store import Answer, Run, ViewStore, ViewUnavailableError
from assay.agents.topics import topic_name
from assay.agents.transport.protocol import Fetched, GroupConsumer, TopicPartition, Transport
from assay.pipeline.core.clock import NANOS_PER_MILLI, Clock
from assay.pipeline.core.errors import TransientError
from assay.pipeline.core.record import Record
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.views import Delta, Fold

from .crash import CrashPoints
from .within import within

log = logging.getLogger(__name__)

RUN_RECORDS = 100
"""Records in one script call: Redis answers nobody else meanwhile."""
POLL_MS = 500
CHECK_S = 2.0
"""How often a projection without news looks whether the view still stands where it left it."""
CUT_S = 600.0
HELD_S = 0.05
FIRST_PAUSE_S = 0.25
MOST_PAUSE_S = 5.0
STOP_S = 3.0


@dataclass(frozen=True, slots=True)
class ViewSpec:
    """Which view this is: its name, the topic that it is folded from, and its pure parts."""

    name: str
    role: TopicRole
    fold: Fold
    cut: Callable[[int], Sequence[Delta]] | None = None
    """What is too old at a time (milliseconds since 1970); asked for now and then."""


@dataclass(slots=True)
class _Cursor:
    before: int | None
    """The position that the view has."""
    began: int


class Projection:
    """Keeps a view up to date, together with the other workers of its group."""

    def __init__(
        self, spec: ViewSpec, settings: Settings, transport: Transport, store: ViewStore, clock: Clock
    ) -> None:
        self.spec = spec
        self._settings = settings
        self._transport = transport
        self._store = store
        self._clock = clock
        self._crash = CrashPoints(settings.crash_at, settings.crash_after)
        self._topic = topic_name(spec.role, settings.topic_prefix)
        self._consumer: GroupConsumer | None = None
        self._task: asyncio.Task[None] | None = None
        self._owned: frozenset[TopicPartition] = frozenset()
        self._changed = asyncio.Event()
        self._generation = ""
        self._cursors: dict[TopicPartition, _Cursor] = {}
        self._turn = 0
        self._pause_s = FIRST_PAUSE_S
        self._checked = self._cut_at = 0.0
        self._resting = False
        self._stopping = False
        self.available = True
        """Whether the view took what it was last given."""

    async def start(self) -> None:
        """Join the group. Does not ask for Redis."""
        partitions = await self._transport.partitions(self._topic)
        self._consumer = self._transport.consumer(
            group=lane_group(self._settings, f"view-{self.spec.name}"),
            topic=self._topic,
            slots=partitions,
            listener=self,
        )
        await self._consumer.start()
        self._task = asyncio.create_task(self._work(), name=f"view-{self.spec.name}")

    async def run(self) -> None:
        """Wait until the projection fails, which nothing outside of it makes it do; raises what it failed of."""
        assert self._task is not None, "start() first"
        await asyncio.shield(self._task)

    async def stop(self) -> None:
        """End, and leave the group; a run that is under way may end."""
        self._stopping = True
        self._changed.set()
        if self._task is not None:
            if self._resting:
                self._task.cancel()
            await asyncio.wait({self._task}, timeout=STOP_S)
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=STOP_S)
        if self._consumer is not None:
            await within(STOP_S, self._consumer.stop())
        await self._store.close()

    @property
    def is_ready(self) -> bool:
        """Whether every partition that is ours was found in the view."""
        return self._changed.is_set() and self._owned == self._cursors.keys()

    def lag(self) -> Mapping[int, int]:
        """Records that the view has yet to take, by partition that is ours."""
        assert self._consumer is not None, "start() first"
        lags = {partition.partition: self._consumer.lag(partition) for partition in self._owned}
        return {partition: lag for partition, lag in lags.items() if lag is not None}

    async def assigned(self, partitions: Collection[TopicPartition]) -> None:
        """See :class:`AssignmentListener`."""
        self._crash.reach("in_rebalance")
        self._owned = frozenset(partitions)
        self._doubt()
        self._changed.set()

    async def revoked(self, partitions: Collection[TopicPartition]) -> None:  # noqa: ARG002 - all are always revoked together
        """See :class:`AssignmentListener`. What is under way for them is harmless: the view's position guards it."""
        self._owned = frozenset()
        self._doubt()

    def _doubt(self) -> None:
        """Nothing that was believed of the view counts any more."""
        self._generation = ""
        self._cursors = {}
        self._turn += 1

    async def _work(self) -> None:
        await self._changed.wait()
        while not self._stopping:
            try:
                if not self._generation:
                    await self._find_places()
                await self._take(await self._fetch())
            except TransientError as error:
                self._doubt()
                await self._pause(error)

    async def _pause(self, error: TransientError) -> None:
        if isinstance(error, ViewUnavailableError) and self.available:
            self.available = False
            log.warning("view %s waits: %s", self.spec.name, error)
        self._resting = True
        await asyncio.sleep(self._pause_s)
        self._resting = False
        self._pause_s = min(self._pause_s * 2, MOST_PAUSE_S)

    async def _find_places(self) -> None:
        """Ask the view how far it has come on every partition that is ours, and read on from there."""
        assert self._consumer is not None
        turn = self._turn
        opened = await self._store.open()
        cursors = {}
        for partition in sorted(self._owned):
            beginning = await self._consumer.beginning(partition)
            kept = opened.positions.get(_named(partition))
            position = beginning if kept is None else kept.position
            if position < beginning:
                log.error("view %s: records are gone before they were read: %s", self.spec.name, partition)
                position = beginning
            self._consumer.seek(partition, position)
            cursors[partition] = _Cursor(kept.position if kept else None, kept.began if kept else beginning)
        if turn == self._turn:  # no rebalance meanwhile
            self._generation, self._cursors = opened.generation, cursors
        if not cursors:
            self._goes_on()  # with nothing to give it, that it answers is all there is to know

    async def _fetch(self) -> Fetched:
        assert self._consumer is not None
        self._resting = True
        try:
            if not self._cursors:
                await asyncio.sleep(POLL_MS / 1000)
                return Fetched({}, {})
            return await self._consumer.fetch(sorted(self._cursors), self._settings.batch_records, POLL_MS)
        finally:
            self._resting = False

    async def _take(self, fetched: Fetched) -> None:
        for partition, records in fetched.records.items():
            cursor = self._cursors.get(partition)
            if cursor is None:
                return
            if cursor.before is not None and records[0].offset < cursor.before:
                log.error("view %s: %s was made anew: so is the view", self.spec.name, partition.topic)
                await self._store.forget(self._generation)
                self._doubt()
                return
            for start in range(0, len(records), RUN_RECORDS):
                run = records[start : start + RUN_RECORDS]
                ends = start + RUN_RECORDS >= len(records)
                after = fetched.positions[partition] if ends else run[-1].offset + 1
                if not await self._apply(partition, cursor, run, after):
                    return
        await self._look_after()

    async def _apply(
        self, partition: TopicPartition, cursor: _Cursor, records: Sequence[Record], after: int
    ) -> bool:
        """Whether the view has taken the run, so that the next may follow."""
        run = Run(_named(partition), cursor.before, after, cursor.began, self.spec.fold(records))
        self._crash.reach("after_begin")
        answer = await self._settled(run)
        self._crash.reach("after_redis")
        if answer is Answer.APPLIED:
            cursor.before = after
            return True
        self._doubt()
        if answer is Answer.DAMAGED:
            raise ViewUnavailableError(f"a key is damaged: run assay views rebuild {self.spec.name}")
        return False

    async def _settled(self, run: Run) -> Answer:
        generation = self._generation
        answer = await self._store.apply(generation, run)
        while answer is Answer.HELD and not self._stopping:
            await asyncio.sleep(HELD_S)
            answer = await self._store.apply(generation, run)
        if answer is Answer.APPLIED:
            self._goes_on()
        return answer

    def _goes_on(self) -> None:
        if not self.available:
            log.info("view %s goes on", self.spec.name)
        self.available, self._pause_s = True, FIRST_PAUSE_S

    async def _look_after(self) -> None:
        """See that the view is still what it was left as, and remove what is too old; now and then."""
        now = asyncio.get_running_loop().time()
        if not self._cursors or now - self._checked < CHECK_S:
            return
        self._checked = now
        opened = await self._store.open()
        for partition, cursor in self._cursors.items():
            kept = opened.positions.get(_named(partition))
            if opened.generation != self._generation or (kept.position if kept else None) != cursor.before:
                self._doubt()
                return
        self._goes_on()  # also when no record came since it could not be reached
        if self.spec.cut is not None and now - self._cut_at >= CUT_S:
            self._cut_at = now
            partition, cursor = next(iter(self._cursors.items()))
            if cursor.before is not None:
                cut = self.spec.cut(self._clock.now_ns() // NANOS_PER_MILLI)
                await self._settled(Run(_named(partition), cursor.before, cursor.before, cursor.began, cut))


def _named(partition: TopicPartition) -> str:
    return f"{partition.topic}/{partition.partition}"
