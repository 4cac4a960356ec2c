"""Reading ``quality.escalations``: the history of each partition first, then what comes.

Nothing is committed to the group. It only says whose a partition is; how far the work has come is in the records
themselves. The beginning is a week back: no message is tried for that long.
"""

import asyncio
import logging
from collections.abc import Collection
from contextlib import suppress

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError

from assay.agents.kafka_auth import aiokafka_security
from assay.agents.names import lane_group
from assay.agents.settings import Settings
from assay.agents.topics import topic_name
from assay.agents.transport.kafka.stopping import stopped
from assay.pipeline.core.clock import NANOS_PER_MILLI, NANOS_PER_SECOND, Clock
from assay.pipeline.core.errors import DependencyUnavailableError
from assay.pipeline.core.topics import TopicRole

from .couriers import Couriers
from .desk import Desk

log = logging.getLogger(__name__)

AGENT = "notifier"
HISTORY_NS = 7 * 86_400 * NANOS_PER_SECOND
WAIT_MS = 500
MOST_RECORDS = 500
"""At a time: the loop is shared."""
REVOKE_S = 4.0
FORGET_EVERY_NS = 3600 * NANOS_PER_SECOND


class EscalationReader(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka ships no types
    """Feeds the desk."""

    def __init__(self, settings: Settings, desk: Desk, couriers: Couriers, clock: Clock) -> None:
        self._settings = settings
        self._desk = desk
        self._couriers = couriers
        self._clock = clock
        self._topic = topic_name(TopicRole.ESCALATIONS, settings.topic_prefix)
        self._ends: dict[TopicPartition, int] = {}
        """Of partitions whose history is being read: where it ends."""
        self._ours: set[TopicPartition] = set()
        self._failed: BaseException | None = None
        self._forgot_ns = clock.now_ns()
        self._consumer: AIOKafkaConsumer | None = None

    async def start(self) -> None:
        """Join the group. Raises :class:`DependencyUnavailableError`."""
        settings = self._settings
        consumer = AIOKafkaConsumer(
            bootstrap_servers=settings.bootstrap_servers,
            group_id=lane_group(settings, AGENT),
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            session_timeout_ms=settings.session_timeout_ms,
            heartbeat_interval_ms=settings.session_timeout_ms // 4,
            request_timeout_ms=max(settings.request_timeout_ms, settings.session_timeout_ms),
            fetch_max_wait_ms=WAIT_MS,
            **aiokafka_security(settings),
        )
        consumer.subscribe([self._topic], listener=self)
        self._consumer = consumer
        try:
            await consumer.start()
        except KafkaError as error:
            await self.stop()
            raise DependencyUnavailableError(
                f"Kafka does not answer at {settings.bootstrap_servers} ({type(error).__name__})"
            ) from error

    async def stop(self) -> None:
        """Leave the group."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            await self.on_partitions_revoked([*self._ours])  # aiokafka does not call it here
            await stopped(consumer)

    async def step(self) -> None:
        """Take what there is, waiting a little for it. Raises ``KafkaError``: start a reader anew."""
        consumer = self._consumer
        assert consumer is not None
        if self._failed is not None:
            raise self._failed
        found = await consumer.getmany(timeout_ms=WAIT_MS, max_records=MOST_RECORDS)
        for partition, records in found.items():
            for record in records:
                self._desk.take(partition.partition, record)
        for partition in [*self._ends]:
            try:
                position = await consumer.position(partition)
            except IllegalStateError:  # it was given away in the meantime
                continue
            if position >= self._ends.get(partition, position + 1):
                del self._ends[partition]
                self._desk.caught_up(partition.partition)
                found[partition] = []
        if found:
            await self._desk.tidy()
            self._couriers.wake()
        now_ns = self._clock.now_ns()
        if now_ns - self._forgot_ns > FORGET_EVERY_NS:
            self._forgot_ns = now_ns
            self._desk.forget(now_ns - HISTORY_NS)

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        """Begin nothing more of them, and let what is under way end: its attempt is for the next owner to read."""
        numbers = [partition.partition for partition in revoked]
        for partition in revoked:
            self._ends.pop(partition, None)
            self._ours.discard(partition)
        for number in numbers:
            self._desk.revoked(number)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._desk.landed(numbers), REVOKE_S)

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """Go back to where their history begins."""
        try:
            await self._rewind(assigned)
        except Exception as error:  # noqa: BLE001 - aiokafka swallows what a callback raises: step() raises it
            self._failed = error

    async def _rewind(self, assigned: Collection[TopicPartition]) -> None:
        consumer = self._consumer
        if consumer is None or not assigned:
            return
        since_ms = (self._clock.now_ns() - HISTORY_NS) // NANOS_PER_MILLI
        begins = await consumer.offsets_for_times(dict.fromkeys(assigned, since_ms))
        ends = await consumer.end_offsets(assigned)
        for partition in assigned:
            begin = begins.get(partition)
            consumer.seek(partition, ends[partition] if begin is None else begin.offset)
            self._ours.add(partition)
            self._desk.assigned(partition.partition)
            self._ends[partition] = ends[partition]
