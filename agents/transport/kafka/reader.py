"""Reading partitions from their beginning to their end, outside of any group."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from assay.agents.kafka_auth import aiokafka_security
from assay.agents.settings import Settings
from assay.pipeline.core.errors import TransientError
from assay.pipeline.core.record import Record

from .stopping import stopped

WAIT_MS = 100
READ_RECORDS = 1000
"""What ``take`` gets at once: the loop is shared with heartbeats (rule 8 of the lane recipe)."""
FETCH_BYTES = 4_194_304


async def ends_of(settings: Settings, partitions: Sequence[TopicPartition]) -> Mapping[TopicPartition, int]:
    """See :meth:`assay.agents.transport.protocol.Transport.ends`."""
    try:
        return await _ends(settings, partitions)
    except KafkaError as error:
        raise _unreadable(partitions, error) from error


async def read_all(
    settings: Settings,
    partitions: Sequence[TopicPartition],
    take: Callable[[Sequence[Record]], None],
    begin: Mapping[TopicPartition, int],
) -> None:
    """See :meth:`assay.agents.transport.protocol.Transport.read`."""
    if not partitions:
        return
    try:
        await _read(settings, partitions, await _ends(settings, partitions), take, begin)
    except KafkaError as error:
        raise _unreadable(partitions, error) from error


def _unreadable(partitions: Sequence[TopicPartition], error: KafkaError) -> TransientError:
    topics = ", ".join(sorted({partition.topic for partition in partitions}))
    return TransientError(f"cannot read {topics}: {type(error).__name__}")


async def _ends(settings: Settings, partitions: Sequence[TopicPartition]) -> Mapping[TopicPartition, int]:
    # A consumer of committed records takes the last stable offset for the end, which an open transaction holds back.
    consumer = _consumer(settings, "read_uncommitted")
    try:
        await consumer.start()
        ends: Mapping[TopicPartition, int] = await consumer.end_offsets(partitions)
    finally:
        await stopped(consumer)
    return ends


async def _read(
    settings: Settings,
    partitions: Sequence[TopicPartition],
    ends: Mapping[TopicPartition, int],
    take: Callable[[Sequence[Record]], None],
    begin: Mapping[TopicPartition, int],
) -> None:
    consumer = _consumer(settings, "read_committed")
    try:
        await consumer.start()
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        for partition in begin.keys() & set(partitions):
            consumer.seek(partition, begin[partition])
        left = list(partitions)
        while left := [each for each in left if await consumer.position(each) < ends[each]]:
            found = await consumer.getmany(*left, timeout_ms=WAIT_MS, max_records=READ_RECORDS)
            for records in found.values():
                take(records)
            await asyncio.sleep(0)
    finally:
        await stopped(consumer)


def _consumer(settings: Settings, isolation_level: str) -> AIOKafkaConsumer:
    return AIOKafkaConsumer(
        bootstrap_servers=settings.bootstrap_servers,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level=isolation_level,
        request_timeout_ms=settings.request_timeout_ms,
        max_partition_fetch_bytes=FETCH_BYTES,
        fetch_max_wait_ms=WAIT_MS,
        **aiokafka_security(settings),
    )
