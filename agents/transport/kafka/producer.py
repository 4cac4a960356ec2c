"""A transactional producer on Kafka that knows when it must not be used again (rules 4, 6, 9)."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import IllegalOperation, InvalidProducerEpoch, KafkaError, ProducerFenced

from assay.agents.kafka_auth import aiokafka_security
from assay.agents.settings import Settings
from assay.agents.topics import topic_name
from assay.agents.transport.partitioner import partition_of
from assay.pipeline.core.errors import FencedError, UnknownOutcomeError
from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.topics import TopicRole

from .batches import BATCH_BYTES, Batch

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
        await self._guarded(self._deliver(await self._batches(outgoing)))

    async def _batches(self, outgoing: Sequence[Outgoing]) -> list[Batch]:
        """The hot path: one pass, and nothing looked up while records are for where the last one was for."""
        batches: list[Batch] = []
        last: dict[tuple[TopicRole, int], Batch] = {}
        batch: Batch | None = None
        for record in outgoing:
            role, partition, key, value, headers, timestamp = record
            if partition is None:
                partition = await self._partition_for(record)
            if batch is None or partition != batch.partition or role is not batch.role:
                batch = last.get((role, partition))
            if batch is not None and batch.append(batch.count, timestamp, key, value, headers) is not None:
                batch.count += 1
                continue
            batch = last[role, partition] = Batch(self._producer.create_batch(), role, partition, record)
            batches.append(batch)
        return batches

    async def _deliver(self, batches: Sequence[Batch]) -> None:
        futures = [
            await self._producer.send_batch(
                batch.filled(), topic_name(batch.role, self._prefix), partition=batch.partition
            )
            for batch in batches
        ]
        # Every one: aiokafka commits a transaction of which a produce request failed.
        await asyncio.gather(*futures)

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
