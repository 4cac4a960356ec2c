"""A lane: slots that come and go with the group's assignment, and one place where failures end up.

The recipe and its ten rules: docs/architecture.md, "Lanes".
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from assay.agents.names import lane_group, transactional_id
from assay.agents.settings import Settings
from assay.agents.topics import topic_name
from assay.agents.transport.protocol import GroupConsumer, TopicPartition, Transport
from assay.agents.transport.slots import default_slots, slot_of
from assay.pipeline.core.clock import Clock
from assay.pipeline.core.topics import TopicRole

from .crash import CrashPoints
from .events import LaneEvents, NoEvents
from .notes import CrashNotes, NoNotes
from .probe import Probe
from .slot import SlotContext, SlotRunner
from .step import LaneStep
from .within import within

log = logging.getLogger(__name__)

STOP_S = 3.0
"""How long leaving the group may take: without Kafka it would never end, and the group notices anyway."""


@dataclass(frozen=True, slots=True)
class LaneSpec:
    """Which lane this is: its name, the topic that it reads, and its pure part."""

    name: str
    role: TopicRole
    step: LaneStep


class Lane:
    """Runs a step on all records of a topic, exactly once, together with other workers of the group."""

    def __init__(
        self,
        spec: LaneSpec,
        settings: Settings,
        transport: Transport,
        clock: Clock,
        *,
        notes: CrashNotes | None = None,
        events: LaneEvents | None = None,
        new_probe: Callable[[], Probe] = Probe,
    ) -> None:
        self.spec = spec
        self._settings = settings
        self._transport = transport
        self._clock = clock
        self._notes = notes or NoNotes()
        self._events = events or NoEvents()
        self._new_probe = new_probe
        self._crash = CrashPoints(settings.crash_at, settings.crash_after)
        self._topic = topic_name(spec.role, settings.topic_prefix)
        self._group = lane_group(settings, spec.name)
        self._consumer: GroupConsumer | None = None
        self._context: SlotContext | None = None
        self._slots = 0
        self._runners: dict[int, SlotRunner] = {}
        self._failure: asyncio.Future[BaseException] | None = None
        self._assigned = asyncio.Event()
        self._stopping = False

    async def start(self) -> None:
        """Join the group; slots open as they are assigned."""
        self._failure = asyncio.get_running_loop().create_future()
        partitions = await self._transport.partitions(self._topic)
        self._slots = min(self._settings.slots, partitions) or default_slots(
            partitions, self._settings.expected_workers
        )
        self._consumer = self._transport.consumer(
            group=self._group, topic=self._topic, slots=self._slots, listener=self
        )
        self._context = SlotContext(
            group=self._group,
            consumer=self._consumer,
            new_producer=lambda slot: self._transport.producer(
                transactional_id(self._settings, self.spec.name, self._topic, self._slots, slot)
            ),
            step=self.spec.step,
            clock=self._clock,
            notes=self._notes,
            events=self._events,
            crash=self._crash,
            batch_records=self._settings.batch_records,
            transaction_s=self._settings.transaction_timeout_ms / 1000,
            fenced_pause_s=self._settings.session_timeout_ms / 1000 / 2,
            new_probe=self._new_probe,
        )
        await self._consumer.start()

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
        lags = {}
        for runner in self._runners.values():
            for partition in runner.partitions:
                if self._consumer is not None and (lag := self._consumer.lag(partition)) is not None:
                    lags[partition.partition] = lag
        return lags

    async def assigned(self, partitions: Collection[TopicPartition]) -> None:
        """See :class:`AssignmentListener`. Never raises: aiokafka would swallow it (rule 7)."""
        assert self._context is not None
        by_slot: dict[int, list[TopicPartition]] = {}
        for partition in sorted(partitions):
            by_slot.setdefault(slot_of(partition.partition, self._slots), []).append(partition)
        runners = [SlotRunner(self._context, slot, owned) for slot, owned in by_slot.items()]
        self._crash.reach("in_rebalance")
        if self._stopping:
            return
        results = await asyncio.gather(*(runner.open() for runner in runners), return_exceptions=True)
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

    async def _close_all(self) -> None:
        runners, self._runners = self._runners, {}
        await asyncio.gather(*(runner.close() for runner in runners.values()))

    def _slot_ended(self, runner: SlotRunner) -> None:
        if runner.failed is not None:
            self._fail(runner.failed)

    def _fail(self, error: BaseException) -> None:
        assert self._failure is not None
        if not self._failure.done():
            log.error("lane %s ends: %s", self.spec.name, type(error).__name__)
            self._failure.set_result(error)
