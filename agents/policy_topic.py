"""Reading and writing ``quality.policy``, without a group: everybody reads all of it (ADR 7)."""

from typing import Protocol

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import ConsumerStoppedError, KafkaError

from assay.pipeline.core.errors import ConfigError, DependencyUnavailableError, Problem, TransientError
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.policy.publication import Publication, encode, key_of
from assay.pipeline.policy.publication_log import PolicyLog, PolicyRecord

from .kafka_auth import aiokafka_security
from .settings import Settings
from .topics import POLICY_MAX_BYTES, topic_name
from .transport.kafka.stopping import stopped

WAIT_MS = 500
"""How long :meth:`KafkaPolicySource.more` waits for news."""
ROOM_BYTES = 65_536
"""What is left free in the largest record: an ``active`` is a little larger than the ``candidate`` it answers."""
MOST_BYTES = POLICY_MAX_BYTES - ROOM_BYTES
"""The largest publication, as one JSON document."""


class NoPolicyTopicError(DependencyUnavailableError):
    """There is no such topic, so nothing can have been published: create it, or go without."""


class PolicySource(Protocol):
    """The topic as one reads it. Both reading methods raise :class:`TransientError`."""

    async def open(self) -> list[PolicyRecord]:
        """Connect, and give everything that the topic holds now."""
        ...

    async def more(self) -> list[PolicyRecord]:
        """What came since; waits a little for it, and gives nothing when there is nothing, or after ``close``."""
        ...

    async def close(self) -> None:
        """Disconnect. Never raises; may be called at any time, and ``open`` after it."""
        ...


class KafkaPolicySource:
    """A :class:`PolicySource`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._partition = TopicPartition(topic_name(TopicRole.POLICY, settings.topic_prefix), 0)
        self._consumer: AIOKafkaConsumer | None = None

    async def open(self) -> list[PolicyRecord]:
        """See :class:`PolicySource`. :class:`DependencyUnavailableError` says what is not there."""
        await self.close()
        settings = self._settings
        consumer = self._consumer = AIOKafkaConsumer(
            bootstrap_servers=settings.bootstrap_servers,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            request_timeout_ms=settings.request_timeout_ms,
            max_partition_fetch_bytes=POLICY_MAX_BYTES,
            fetch_max_wait_ms=WAIT_MS,
            **aiokafka_security(settings),
        )
        try:
            await consumer.start()
        except KafkaError as error:
            await self.close()
            raise DependencyUnavailableError(
                f"Kafka does not answer at {settings.bootstrap_servers} ({type(error).__name__}): "
                "start it (assay dev up) or set ASSAY_BOOTSTRAP_SERVERS"
            ) from error
        topic = self._partition.topic
        if topic not in await consumer.topics():
            await self.close()
            raise NoPolicyTopicError(f"no topic {topic}: run assay topics apply")
        try:
            consumer.assign([self._partition])
            await consumer.seek_to_beginning(self._partition)
            end = (await consumer.end_offsets([self._partition]))[self._partition]
            records: list[PolicyRecord] = []
            while await consumer.position(self._partition) < end:
                records += await self.more()
        except KafkaError as error:
            await self.close()
            raise _unreadable(topic, error) from error
        return records

    async def more(self) -> list[PolicyRecord]:
        """See :class:`PolicySource`."""
        if self._consumer is None:
            return []
        try:
            found = await self._consumer.getmany(self._partition, timeout_ms=WAIT_MS)
        except ConsumerStoppedError:  # closed while it waited
            return []
        except KafkaError as error:
            raise _unreadable(self._partition.topic, error) from error
        return [
            PolicyRecord(record.offset, (record.key or b"").decode("utf-8", "replace"), record.value)
            for record in found.get(self._partition, ())
        ]

    async def close(self) -> None:
        """See :class:`PolicySource`."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            await stopped(consumer)


def _unreadable(topic: str, error: KafkaError) -> TransientError:
    return TransientError(f"cannot read {topic}: {type(error).__name__}")


async def read_policy_log(source: PolicySource) -> PolicyLog:
    """What the topic says now. Raises :class:`TransientError`."""
    log = PolicyLog()
    try:
        log.take(await source.open())
    finally:
        await source.close()
    return log


async def publish(settings: Settings, publication: Publication) -> int:
    """Write a publication and wait until Kafka has it; its offset.

    Raises :class:`ConfigError` for one that is too large, :class:`DependencyUnavailableError` when Kafka
    does not take it.
    """
    value = encode(publication)
    if len(value) > MOST_BYTES:
        raise ConfigError([too_large(len(value))])
    producer = AIOKafkaProducer(
        bootstrap_servers=settings.bootstrap_servers,
        enable_idempotence=True,
        request_timeout_ms=settings.request_timeout_ms,
        max_request_size=POLICY_MAX_BYTES,
        **aiokafka_security(settings),
    )
    try:
        await producer.start()
        topic = topic_name(TopicRole.POLICY, settings.topic_prefix)
        written = await producer.send_and_wait(topic, value, key_of(publication).encode(), partition=0)
    except KafkaError as error:
        raise DependencyUnavailableError(
            f"Kafka at {settings.bootstrap_servers} did not take the bundle ({type(error).__name__})"
        ) from error
    finally:
        await producer.stop()
    offset: int = written.offset
    return offset


def too_large(size: int) -> Problem:
    """The problem of a bundle that no record of the topic can hold."""
    return Problem(
        TopicRole.POLICY.value,
        f"the bundle's files are {size:,} bytes as one document, and {MOST_BYTES:,} is the most",
        "Remove schema versions that nobody sends any more, or set ASSAY_POLICIES_DIR and ASSAY_SCHEMAS_DIR and restart",
    )
