"""What changes on ``quality.issue_groups``, from now on."""

from collections.abc import Mapping
from typing import Protocol

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from assay.agents.settings import Settings
from assay.agents.topics import TOPICS, topic_name
from assay.agents.transport.kafka.groupless import groupless_consumer
from assay.agents.transport.kafka.stopping import stopped
from assay.pipeline.core.errors import DependencyUnavailableError
from assay.pipeline.core.topics import TopicRole

WAIT_MS = 200
MOST_RECORDS = 5000
States = Mapping[bytes, bytes | None]
"""The newest state of each group that changed, by its key."""


class GroupSource(Protocol):
    """Where changes come from."""

    async def open(self) -> None:
        """Connect: the first time at the end, then where it was. Raises :class:`TransientError`."""
        ...

    async def more(self) -> States:
        """What changed since; waits a little for it. Raises :class:`TransientError`."""
        ...

    async def close(self) -> None:
        """Disconnect. Never raises."""
        ...


class KafkaGroups:
    """A :class:`GroupSource`. It is in no group: every API process reads every partition."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._topic = topic_name(TopicRole.ISSUE_GROUPS, settings.topic_prefix)
        self._consumer: AIOKafkaConsumer | None = None
        self._at: dict[TopicPartition, int] = {}

    async def open(self) -> None:
        """See :class:`GroupSource`."""
        await self.close()
        spec = TOPICS[TopicRole.ISSUE_GROUPS]
        consumer = self._consumer = groupless_consumer(
            self._settings, fetch_bytes=spec.max_message_bytes, wait_ms=WAIT_MS
        )
        try:
            await consumer.start()
            known = await consumer._client._wait_on_metadata(self._topic)  # noqa: SLF001 - the public way returns without waiting
            partitions = [TopicPartition(self._topic, number) for number in sorted(known)]
            consumer.assign(partitions)
            ends = await consumer.end_offsets(partitions)
            for partition, end in ends.items():
                # After a while away it goes on where it was; a topic that was made anew begins lower than that.
                consumer.seek(partition, min(self._at.setdefault(partition, end), end))
        except KafkaError as error:
            raise self._unavailable(error) from error

    async def more(self) -> States:
        """See :class:`GroupSource`."""
        consumer = self._consumer
        if consumer is None:
            raise DependencyUnavailableError("the feed is not connected")
        try:
            found = await consumer.getmany(timeout_ms=WAIT_MS, max_records=MOST_RECORDS)
        except KafkaError as error:
            raise self._unavailable(error) from error
        states: dict[bytes, bytes | None] = {}
        for partition, records in found.items():
            for record in records:
                states[record.key or b""] = record.value
            self._at[partition] = records[-1].offset + 1
        return states

    async def close(self) -> None:
        """See :class:`GroupSource`."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            await stopped(consumer)

    def _unavailable(self, error: KafkaError) -> DependencyUnavailableError:
        where = self._settings.bootstrap_servers
        return DependencyUnavailableError(
            f"Kafka at {where} does not give {self._topic} ({type(error).__name__})"
        )
