"""A transactional producer on Kafka that knows when it must not be used again (rules 4, 6, 9)."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import IllegalOperation, InvalidProducerEpoch, KafkaError, ProducerFenced
from aiokafka.record.default_records import DefaultRecordBatchBuilder

from assay.agents.kafka_auth import aiokafka_security
from assay.agents.settings import Settings
from assay.agents.topics import TOPICS, topic_name
from assay.agents.transport.partitioner import partition_of
from assay.pipeline.core.errors import FencedError, PermanentError, UnknownOutcomeError
from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.topics import TopicRole

BATCH_BYTES = 900_000
"""Size of one record batch; a larger record goes in a batch of its own."""
BATCH_OVERHEAD = 61
"""Bytes of a record batch header, format v2."""
OF_A_TRANSACTION = frozenset(
    {
        "ProduceRequest",
        "AddPartitionsToTxnRequest",
        "AddOffsetsToTxnRequest",
        "TxnOffsetCommitRequest",
        "EndTxnRequest",
    }
)
"""Requests of which a late copy could act on the next transaction of the same epoch."""

_FENCED = (ProducerFenced, InvalidProducerEpoch)
_estimate = DefaultRecordBatchBuilder.estimate_size_in_bytes


class KafkaProducer:
    """A :class:`TransactionalProducer`.

    aiokafka sends a request again when no answer came. The first copy may still be on its way, and
    Kafka's transaction requests carry no number that would tell it from the next transaction's; so one
    unanswered request makes this producer unusable: :meth:`commit` then raises even if the commit
    itself was confirmed, and a new epoch makes the late copy harmless.
    """

    def __init__(self, settings: Settings, transactional_id: str) -> None:
        self._prefix = settings.topic_prefix
        self._unanswered = False
        self._producer = AIOKafkaProducer(
            bootstrap_servers=settings.bootstrap_servers,
            transactional_id=transactional_id,
            transaction_timeout_ms=settings.transaction_timeout_ms,
            request_timeout_ms=settings.request_timeout_ms,
            max_batch_size=BATCH_BYTES,
            **aiokafka_security(settings),
        )
        self._watch_requests()

    def _watch_requests(self) -> None:
        client = self._producer.client
        send = client.send

        async def watched(node_id: int, request: Any, **options: Any) -> Any:
            try:
                return await send(node_id, request, **options)
            except KafkaError:
                if type(request).__name__ in OF_A_TRANSACTION:
                    self._unanswered = True
                raise

        client.send = watched

    async def start(self) -> None:
        """See :class:`TransactionalProducer`."""
        try:
            await self._producer.start()
        except KafkaError as error:
            raise UnknownOutcomeError(f"no producer id: {type(error).__name__}") from error

    async def begin(self) -> None:
        """See :class:`TransactionalProducer`."""
        await self._guarded(self._producer.begin_transaction())

    async def send(self, outgoing: Sequence[Outgoing]) -> None:
        """See :class:`TransactionalProducer`."""
        targets: dict[tuple[TopicRole, int], list[Outgoing]] = {}
        last: tuple[TopicRole, int | None] | None = None
        records: list[Outgoing] = []
        for record in outgoing:
            target = (record.role, record.partition)
            if target != last:  # records come in runs
                partition = record.partition
                if partition is None:
                    partition = await self._partition_for(record)
                records = targets.setdefault((record.role, partition), [])
                last = None if record.partition is None else target
            records.append(record)
        batches = [
            (role, partition, batch)
            for (role, partition), records in targets.items()
            for batch in self._batches(role, records)
        ]
        await self._guarded(self._deliver(batches))

    async def _deliver(self, batches: list[tuple[TopicRole, int, Any]]) -> None:
        futures = [
            await self._producer.send_batch(batch, topic_name(role, self._prefix), partition=partition)
            for role, partition, batch in batches
        ]
        # Every one: aiokafka commits a transaction of which a produce request failed.
        await asyncio.gather(*futures)

    def _batches(self, role: TopicRole, records: list[Outgoing]) -> list[Any]:
        limit = TOPICS[role].max_message_bytes - BATCH_OVERHEAD
        batches = []
        append: Any = _full
        for _, _, key, value, headers, timestamp in records:
            if append(timestamp=timestamp, key=key, value=value, headers=headers) is None:
                if _estimate(key, value, headers) > limit:
                    # The builder takes any first record, and the broker would refuse the batch.
                    raise PermanentError(f"a record for {role} exceeds the topic's max.message.bytes")
                batch = self._producer.create_batch()
                batches.append(batch)
                append = batch.append
                append(timestamp=timestamp, key=key, value=value, headers=headers)
        return batches

    async def _partition_for(self, record: Outgoing) -> int:
        topic = topic_name(record.role, self._prefix)
        count = len(await self._producer.partitions_for(topic))
        return partition_of(record.key, count)

    async def send_offsets(self, offsets: Mapping[TopicPartition, int], group: str) -> None:
        """See :class:`TransactionalProducer`."""
        await self._guarded(self._producer.send_offsets_to_transaction(dict(offsets), group))

    async def commit(self) -> None:
        """See :class:`TransactionalProducer`."""
        await self._guarded(self._producer.commit_transaction())
        if self._unanswered:
            raise UnknownOutcomeError("a request of this transaction was sent twice; a new epoch is needed")

    async def abort(self) -> None:
        """See :class:`TransactionalProducer`."""
        await self._guarded(self._producer.abort_transaction())

    async def close(self) -> None:
        """See :class:`TransactionalProducer`."""
        await self._producer.stop()

    async def discard(self) -> None:
        """See :class:`TransactionalProducer`."""
        producer = self._producer
        producer._closed = True  # noqa: SLF001 - stop() would flush and wait
        task = producer._sender.sender_task  # noqa: SLF001 - there is no public way to end it without flushing
        while task is not None and not task.done():
            # Each cancellation ends one request that the sender waits for, and at last the sender.
            task.cancel()
            await asyncio.wait({task}, timeout=0.05)
        await producer.client.close()

    async def _guarded(self, call: Any) -> None:
        try:
            await call
        except _FENCED as error:
            raise FencedError("another producer has taken over this transactional id") from error
        except (KafkaError, IllegalOperation, AssertionError) as error:
            # aiokafka asserts on its own state after a failure; the outcome is as unknown as after an error.
            raise UnknownOutcomeError(f"transaction failed: {type(error).__name__}") from error


def _full(**_record: Any) -> None:
    """What a batch without room says."""
