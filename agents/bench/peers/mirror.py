"""The least that exactly-once can cost in Python: aiokafka, in batches, copying what comes in."""

import asyncio
from collections.abc import Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from assay.agents.bench.job import Job
from assay.agents.bench.stopwatch import Stopwatch
from assay.agents.bench.tuned import run_tuned
from assay.agents.transport.kafka.batches import BATCH_BYTES
from assay.agents.transport.kafka.consumer import FETCH_BYTES
from assay.agents.transport.slots import partitions_of

IDLE_POLL_MS = 100


def run(job: Job, watch: Stopwatch) -> None:
    """The bare loop: one consumer, one producer, one transaction after the other."""
    run_tuned(lambda: copy_all(job, watch, slots=1))


async def copy_all(job: Job, watch: Stopwatch, slots: int) -> None:
    """Copy the job's records with that many producers, each with its share of the partitions."""
    mirror = Mirror(job, watch, job.settings().batch_records)
    producers = [mirror.new_producer(slot) for slot in range(slots)]
    try:
        # The consumer starts last: it fetches ahead from then on.
        for client in (*producers, mirror.consumer):
            await client.start()
        owned = [partitions_of(slot, slots, job.partitions) for slot in range(slots)]
        await asyncio.gather(*map(mirror.copy, producers, owned))
    finally:
        await asyncio.gather(*(client.stop() for client in (*producers, mirror.consumer)))


class Mirror:
    """One consumer, and a loop with a producer of its own for each slot."""

    def __init__(self, job: Job, watch: Stopwatch, batch_records: int) -> None:
        self._job = job
        self._watch = watch
        self._batch_records = batch_records
        self._group = job.group("mirror")
        self.consumer = AIOKafkaConsumer(
            job.source,
            bootstrap_servers=job.bootstrap_servers,
            group_id=self._group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            max_partition_fetch_bytes=FETCH_BYTES,
            fetch_max_wait_ms=100,
        )

    def new_producer(self, slot: int) -> AIOKafkaProducer:
        """The producer of a slot."""
        return AIOKafkaProducer(
            bootstrap_servers=self._job.bootstrap_servers,
            transactional_id=f"{self._group}-{slot}",
            max_batch_size=BATCH_BYTES,
        )

    async def copy(self, producer: AIOKafkaProducer, partitions: Sequence[int]) -> None:
        """Copy these partitions until the job is complete."""
        job, watch = self._job, self._watch
        owned = [TopicPartition(job.source, partition) for partition in partitions]
        while watch.run is None:
            fetched = await self.consumer.getmany(
                *owned, timeout_ms=IDLE_POLL_MS, max_records=self._batch_records
            )
            if not fetched:
                continue
            watch.arrived()
            await producer.begin_transaction()
            sent = [
                await producer.send_batch(batch, job.sink, partition=source.partition)
                for source, records in fetched.items()
                for batch in _batches(producer, records)
            ]
            await asyncio.gather(*sent)
            offsets = {source: records[-1].offset + 1 for source, records in fetched.items()}
            await producer.send_offsets_to_transaction(offsets, self._group)
            await producer.commit_transaction()
            watch.committed(sum(map(len, fetched.values())))


def _batches(producer: AIOKafkaProducer, records: Sequence[Any]) -> list[Any]:
    batches = [producer.create_batch()]
    for record in records:
        content = {
            "timestamp": record.timestamp,
            "key": record.key,
            "value": record.value,
            "headers": list(record.headers),
        }
        if batches[-1].append(**content) is None:
            batches.append(producer.create_batch())
            batches[-1].append(**content)
    return batches
