"""The mirror once more, by librdkafka's transactional loop: consume, produce, offsets, commit."""

from typing import Any

from confluent_kafka import Consumer, Producer

from assay.agents.bench.job import Job
from assay.agents.bench.stopwatch import Stopwatch

BATCH = 1000
POLL_S = 0.1
QUEUE = 100_000


def run(job: Job, watch: Stopwatch) -> None:
    """Copy the job's records, a transaction for each thousand."""
    group = job.group("librdkafka")
    consumer = Consumer(
        {
            "bootstrap.servers": job.bootstrap_servers,
            "group.id": group,
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            "isolation.level": "read_committed",
        }
    )
    producer = Producer(
        {
            "bootstrap.servers": job.bootstrap_servers,
            "transactional.id": group,
            "queue.buffering.max.messages": QUEUE,
        }
    )
    producer.init_transactions()
    consumer.subscribe([job.source])
    try:
        while watch.run is None:
            messages = consumer.consume(BATCH, POLL_S)
            if messages:
                watch.arrived()
                _copy(consumer, producer, messages, job.sink)
                watch.committed(len(messages))
    finally:
        consumer.close()


def _copy(consumer: Consumer, producer: Producer, messages: list[Any], sink: str) -> None:
    producer.begin_transaction()
    for message in messages:
        producer.produce(
            sink,
            value=message.value(),
            key=message.key(),
            partition=message.partition(),
            timestamp=message.timestamp()[1],
            headers=message.headers(),
        )
    producer.poll(0)
    positions = consumer.position(consumer.assignment())
    producer.send_offsets_to_transaction(positions, consumer.consumer_group_metadata())
    producer.commit_transaction()
