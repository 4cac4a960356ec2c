"""Reading ``quality.audit``, without a group: its end, or all of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from assay.pipeline.core.errors import DependencyUnavailableError, TransientError
from assay.pipeline.core.topics import TopicRole

from .kafka_auth import aiokafka_security
from .settings import Settings
from .topics import topic_name
from .transport.kafka.stopping import stopped
from .transport.memory.log import MemoryLog

WAIT_MS = 200
STEP_BACK = 8
"""How far from the end the last record is looked for first; transaction markers lie between."""


class AuditTopic(Protocol):
    """The committed records of the topic, as (offset, value). Every method raises :class:`TransientError`."""

    async def last(self) -> tuple[int, bytes | None] | None:
        """The last one, or ``None`` when there is none."""
        ...

    async def read(self) -> list[tuple[int, bytes | None]]:
        """All that retention has left, in order."""
        ...

    async def before(self, offset: int | None, most: int) -> list[tuple[int, bytes | None]]:
        """The last ones before an offset (``None`` = the end), in order: some of them, ``most`` offsets at the most
        unless all of these hold no record; none at the beginning of the topic.
        """
        ...


class KafkaAuditTopic:
    """An :class:`AuditTopic`; a connection for each call, since calls are rare."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._partition = TopicPartition(topic_name(TopicRole.AUDIT, settings.topic_prefix), 0)

    async def last(self) -> tuple[int, bytes | None] | None:
        """See :class:`AuditTopic`."""
        async with self._consumer() as (consumer, begin, end):
            back = STEP_BACK
            while begin < end:
                start = max(begin, end - back)
                records = await self._between(consumer, start, end)
                if records or start == begin:
                    return records[-1] if records else None
                back *= STEP_BACK
        return None

    async def read(self) -> list[tuple[int, bytes | None]]:
        """See :class:`AuditTopic`."""
        async with self._consumer() as (consumer, begin, end):
            return await self._between(consumer, begin, end)

    async def before(self, offset: int | None, most: int) -> list[tuple[int, bytes | None]]:
        """See :class:`AuditTopic`."""
        async with self._consumer() as (consumer, begin, end):
            before = end if offset is None else min(offset, end)
            while begin < before:
                start = max(begin, before - most)
                if records := await self._between(consumer, start, before):
                    return [each for each in records if each[0] < before]
                before = start
        return []

    async def _between(
        self, consumer: AIOKafkaConsumer, start: int, end: int
    ) -> list[tuple[int, bytes | None]]:
        consumer.seek(self._partition, start)
        records: list[tuple[int, bytes | None]] = []
        while await consumer.position(self._partition) < end:
            found = await consumer.getmany(self._partition, timeout_ms=WAIT_MS)
            records += [(record.offset, record.value) for record in found.get(self._partition, ())]
        return records

    @asynccontextmanager
    async def _consumer(self) -> AsyncIterator[tuple[AIOKafkaConsumer, int, int]]:
        settings = self._settings
        topic = self._partition.topic
        consumer = AIOKafkaConsumer(
            bootstrap_servers=settings.bootstrap_servers,
            enable_auto_commit=False,
            auto_offset_reset="none",
            isolation_level="read_committed",
            request_timeout_ms=settings.request_timeout_ms,
            fetch_max_wait_ms=WAIT_MS,
            **aiokafka_security(settings),
        )
        try:
            await consumer.start()
            if topic not in await consumer.topics():
                raise DependencyUnavailableError(f"no topic {topic}: run assay topics apply")
            consumer.assign([self._partition])
            begin = (await consumer.beginning_offsets([self._partition]))[self._partition]
            end = (await consumer.end_offsets([self._partition]))[self._partition]
            yield consumer, begin, end
        except KafkaError as error:
            raise TransientError(f"cannot read {topic}: {type(error).__name__}") from error
        finally:
            await stopped(consumer)


class MemoryAuditTopic:
    """An :class:`AuditTopic` on a memory log."""

    def __init__(self, log: MemoryLog, topic: str = TopicRole.AUDIT.value) -> None:
        self._log = log
        self._topic = topic

    async def last(self) -> tuple[int, bytes | None] | None:
        """See :class:`AuditTopic`."""
        records = await self.read()
        return records[-1] if records else None

    async def read(self) -> list[tuple[int, bytes | None]]:
        """See :class:`AuditTopic`."""
        return [(record.offset, record.value) for record in self._log.visible(self._topic)]

    async def before(self, offset: int | None, most: int) -> list[tuple[int, bytes | None]]:
        """See :class:`AuditTopic`."""
        records = await self.read()
        return [each for each in records if offset is None or each[0] < offset][-most:]
