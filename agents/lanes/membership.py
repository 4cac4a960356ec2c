"""A member of a group: slots that come and go with the assignment, and one place where failures end up.

What a slot does is for the two kinds of lane to say: ``engine.py`` (no state) and ``keyed.py``.
"""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Generic, Protocol, TypeVar

from assay.agents.names import lane_group, transactional_id
from assay.agents.settings import Settings
from assay.agents.topics import topic_name
from assay.agents.transport.protocol import GroupConsumer, TopicPartition, TransactionalProducer, Transport
from assay.agents.transport.slots import default_slots, slot_of
from assay.pipeline.core.errors import RefusedError
from assay.pipeline.core.topics import TopicRole

from .crash import CrashPoints
from .events import LaneEvents, NoEvents
from .notes import CrashNotes, NoNotes
from .owner import OwnerContext
from .within import within

log = logging.getLogger(__name__)

STOP_S = 3.0
"""How long leaving the group may take: without Kafka it would never end, and the group notices anyway."""


class Runner(Protocol):
    """A slot from its assignment to its revocation."""

    slot: int
    partitions: list[TopicPartition]

    async def open(self) -> None:
        """Fence older owners, find where they ended, begin to work (rule 3)."""
        ...

    async def close(self) -> None:
        """Let the running transaction end, and work no more (rule 5)."""
        ...

    @property
    def failed(self) -> BaseException | None:
        """What ended the work, if anything did."""
        ...

    def on_done(self, callback: "Callable[[Runner], None]") -> None:
        """Call back when the work ends, for whatever reason."""
        ...


R = TypeVar("R", bound=Runner)


class SlotLane(ABC, Generic[R]):
    """Runs slots of some topics together with other workers of the group."""

    def __init__(
        self,
        name: str,
        roles: Sequence[TopicRole],
        settings: Settings,
        transport: Transport,
        *,
        notes: CrashNotes | None,
        events: LaneEvents | None,
    ) -> None:
        self.name = name
        self._settings = settings
        self._transport = transport
        self._notes = notes or NoNotes()
        self._events = events or NoEvents()
        self._crash = CrashPoints(settings.crash_at, settings.crash_after)
        self._topics = [topic_name(role, settings.topic_prefix) for role in roles]
        self._group = lane_group(settings, name)
        self._consumer: GroupConsumer | None = None
        self._slots = 0
        self._runners: dict[int, R] = {}
        self._failure: asyncio.Future[BaseException] | None = None
        self._assigned = asyncio.Event()
        self._stopping = False

    @abstractmethod
    def _new_runner(self, slot: int, partitions: Sequence[TopicPartition]) -> R:
        """A runner that is not open yet."""

    async def start(self) -> None:
        """Join the group; slots open as they are assigned."""
        self._failure = asyncio.get_running_loop().create_future()
        partitions = await self._partitions()
        self._slots = min(self._settings.slots, partitions) or default_slots(
            partitions, self._settings.expected_workers
        )
        first, *more = self._topics
        self._consumer = self._transport.consumer(
            group=self._group, topic=first, slots=self._slots, listener=self, more_topics=more
        )
        self._prepare(self._new_owner_context(self._consumer))
        await self._consumer.start()

    async def _partitions(self) -> int:
        counts = {topic: await self._transport.partitions(topic) for topic in self._together()}
        if len(set(counts.values())) > 1:
            found = ", ".join(f"{topic} has {count}" for topic, count in counts.items())
            raise RefusedError(f"lane {self.name} needs as many partitions in each of its topics: {found}")
        return counts[self._topics[0]]

    def _together(self) -> Sequence[str]:
        """The topics that must have as many partitions as each other."""
        return self._topics

    @abstractmethod
    def _prepare(self, owner: OwnerContext) -> None:
        """The consumer exists and has not joined yet: runners will be asked for from now on."""

    def _new_owner_context(self, consumer: GroupConsumer) -> OwnerContext:
        settings = self._settings
        return OwnerContext(
            group=self._group,
            consumer=consumer,
            new_producer=self._new_producer,
            events=self._events,
            crash=self._crash,
            transaction_s=settings.transaction_timeout_ms / 1000,
            fenced_pause_s=settings.session_timeout_ms / 1000 / 2,
        )

    def _new_producer(self, slot: int) -> TransactionalProducer:
        return self._transport.producer(
            transactional_id(self._settings, self.name, self._topics[0], self._slots, slot)
        )

    async def run(self) -> None:
        """Wait until the lane fails; raises what it failed of. The process should then end with a status that is not 0."""
        assert self._failure is not None, "start() first"
        raise await asyncio.shield(self._failure)

    async def stop(self) -> None:
        """Let every running transaction end, then leave the group: nothing is aborted, nothing done twice."""
        self._stopping = True
        await self._close_all()
        if self._consumer is not None:
            await within(STOP_S, self._consumer.stop())
        await self._close_all()  # a rebalance was under way
        await self._notes.close()

    @property
    def is_ready(self) -> bool:
        """Whether the group has given this member its share, and no slot failed since."""
        assert self._failure is not None, "start() first"
        return self._assigned.is_set() and not self._failure.done()

    async def ready(self) -> None:
        """Wait until the group has given this member its share for the first time."""
        await self._assigned.wait()

    def lag(self) -> Mapping[int, int]:
        """Records not yet read, by partition that is ours."""
        lags: dict[int, int] = {}
        for runner in self._runners.values():
            for partition in runner.partitions:
                if self._consumer is not None and (lag := self._consumer.lag(partition)) is not None:
                    lags[partition.partition] = lags.get(partition.partition, 0) + lag
        return lags

    async def assigned(self, partitions: Collection[TopicPartition]) -> None:
        """See :class:`AssignmentListener`. Never raises: aiokafka would swallow it (rule 7)."""
        by_slot: dict[int, list[TopicPartition]] = {}
        for partition in sorted(partitions):
            by_slot.setdefault(slot_of(partition.partition, self._slots), []).append(partition)
        runners = [self._new_runner(slot, owned) for slot, owned in by_slot.items()]
        self._crash.reach("in_rebalance")
        if self._is_stopping():
            return
        results = await asyncio.gather(*(runner.open() for runner in runners), return_exceptions=True)
        if self._is_stopping():  # meanwhile: whatever went wrong did so because the consumer goes
            await asyncio.gather(*(runner.close() for runner in runners), return_exceptions=True)
            return
        for runner, result in zip(runners, results, strict=True):
            self._runners[runner.slot] = runner
            if isinstance(result, BaseException):
                self._fail(result)
            else:
                runner.on_done(self._slot_ended)
        self._assigned.set()

    async def revoked(self, partitions: Collection[TopicPartition]) -> None:  # noqa: ARG002 - all slots are always revoked together
        """See :class:`AssignmentListener`."""
        try:
            await self._close_all()
        except Exception as error:  # noqa: BLE001 - the edge: aiokafka would log and swallow it, the lane must end
            self._fail(error)

    def _is_stopping(self) -> bool:
        return self._stopping

    async def _close_all(self) -> None:
        runners, self._runners = self._runners, {}
        await asyncio.gather(*(runner.close() for runner in runners.values()))

    def _slot_ended(self, runner: Runner) -> None:
        if runner.failed is not None:
            self._fail(runner.failed)

    def _fail(self, error: BaseException) -> None:
        assert self._failure is not None
        if not self._failure.done():
            log.error("lane %s ends: %s", self.name, type(error).__name__)
            self._failure.set_result(error)
