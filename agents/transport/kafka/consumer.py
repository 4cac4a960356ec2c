"""A group member on Kafka (rule 1 of the lane recipe)."""

from collections.abc import Collection, Sequence

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import InconsistentGroupProtocolError, KafkaError

from assay.agents.kafka_auth import aiokafka_security
from assay.agents.settings import Settings
from assay.agents.transport.protocol import AssignmentListener, Fetched
from assay.pipeline.core.errors import AssayError, RefusedError, TransientError

from .assignor import slot_assignor
from .stopping import stopped

FETCH_BYTES = 1_048_576


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka ships no types
    def __init__(self, listener: AssignmentListener) -> None:
        self._listener = listener

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        await self._listener.revoked(revoked)

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        await self._listener.assigned(assigned)


class KafkaConsumer:
    """A :class:`GroupConsumer`. Reads committed records only, never commits, owns whole slots."""

    def __init__(
        self,
        settings: Settings,
        *,
        group: str,
        topics: Sequence[str],
        slots: int,
        listener: AssignmentListener,
    ) -> None:
        self._topics = list(topics)
        self._slots = slots
        self._listener = _Listener(listener)
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=settings.bootstrap_servers,
            group_id=group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            session_timeout_ms=settings.session_timeout_ms,
            heartbeat_interval_ms=settings.session_timeout_ms // 4,
            request_timeout_ms=max(settings.request_timeout_ms, settings.session_timeout_ms),
            max_partition_fetch_bytes=FETCH_BYTES,
            fetch_max_wait_ms=100,
            partition_assignment_strategy=(slot_assignor(slots),),
            **aiokafka_security(settings),
        )

    async def start(self) -> None:
        """Join the group."""
        self._consumer.subscribe(self._topics, listener=self._listener)
        try:
            await self._consumer.start()
        except KafkaError as error:
            await stopped(self._consumer)
            raise self._explained(error) from error

    async def fetch(self, partitions: Sequence[TopicPartition], max_records: int, timeout_ms: int) -> Fetched:
        """See :class:`GroupConsumer`."""
        try:
            records = await self._consumer.getmany(
                *partitions, timeout_ms=timeout_ms, max_records=max_records
            )
            positions = {partition: await self._consumer.position(partition) for partition in records}
        except KafkaError as error:
            raise self._explained(error) from error
        return Fetched(records, positions)

    def _explained(self, error: KafkaError) -> AssayError:
        if isinstance(error, InconsistentGroupProtocolError):
            return RefusedError(
                f"other workers of this group do not use {self._slots} slots: "
                "set ASSAY_SLOTS to the same number for all of them, or stop them first"
            )
        return TransientError(f"cannot read {', '.join(self._topics)}: {type(error).__name__}")

    async def committed(self, partition: TopicPartition) -> int | None:
        """See :class:`GroupConsumer`."""
        try:
            offset: int | None = await self._consumer.committed(partition)
        except KafkaError as error:
            raise self._explained(error) from error
        return offset

    async def beginning(self, partition: TopicPartition) -> int:
        """See :class:`GroupConsumer`."""
        try:
            offsets = await self._consumer.beginning_offsets([partition])
        except KafkaError as error:
            raise self._explained(error) from error
        offset: int = offsets[partition]
        return offset

    def seek(self, partition: TopicPartition, offset: int) -> None:
        """See :class:`GroupConsumer`."""
        try:
            self._consumer.seek(partition, offset)
        except KafkaError as error:  # it was given away in the meantime
            raise self._explained(error) from error

    def lag(self, partition: TopicPartition) -> int | None:
        """See :class:`GroupConsumer`. Nothing is known of a partition that is not ours."""
        if partition not in self._consumer.assignment():
            return None
        # `highwater` is the end as of the last fetch; the position is read without waiting.
        end = self._consumer.highwater(partition)
        state = self._consumer._subscription.subscription.assignment.state_value(partition)  # noqa: SLF001 - position() waits
        if end is None or not state.has_valid_position:
            return None
        return max(0, int(end) - int(state.position))

    async def stop(self) -> None:
        """See :class:`GroupConsumer`."""
        await stopped(self._consumer)
