"""Gated producers on the real Kafka: what passes arrives as it was given, and nothing else does (S0-156, S0-169)."""

import json
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from confluent_kafka import Consumer, Producer, TopicPartition

from assay.agents.settings import Settings
from assay.agents.topics import topic_name
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.testing import clean_trace
from assay.sdk import GateConfig, TraceQualityGate, TraceRefusedError
from assay.sdk.aiokafka_producer import GatedAIOKafkaProducer
from assay.sdk.confluent_producer import GatedConfluentProducer

pytestmark = pytest.mark.broker


def as_json(document: Any) -> bytes:
    return json.dumps(document).encode()


def bad() -> dict[str, Any]:
    trace = clean_trace()
    trace["inputs"]["note"] = "jane.doe@example.org"
    return trace


def arrived(settings: Settings, topic: str) -> list[tuple[bytes, bytes, list[tuple[str, bytes]]]]:
    """Key, value and headers of all that lies on a topic."""
    consumer = Consumer(
        {"bootstrap.servers": settings.bootstrap_servers, "group.id": "look", "enable.partition.eof": True}
    )
    found = []
    try:
        partitions = list(consumer.list_topics(topic, 10).topics[topic].partitions)
        consumer.assign([TopicPartition(topic, partition, 0) for partition in partitions])
        ended = 0
        while ended < len(partitions):
            message = consumer.poll(10)
            assert message is not None, "Kafka does not answer"
            if message.error():
                ended += 1
            else:
                found.append((message.key(), message.value(), message.headers() or []))
    finally:
        consumer.close()
    return found


async def test_both_clients_send_what_passes_and_nothing_else(settings_for_test: Settings) -> None:
    """S0-163: the same bytes, key and headers; a refused trace raises and does not arrive."""
    settings = settings_for_test
    topic = topic_name(TopicRole.RAW, settings.topic_prefix)
    gate = TraceQualityGate(config=GateConfig(topic_prefix=settings.topic_prefix, total_budget_ms=60_000))
    first, second = as_json(clean_trace() | {"trace_id": "a-1"}), as_json(clean_trace() | {"trace_id": "c-1"})

    producer = AIOKafkaProducer(bootstrap_servers=settings.bootstrap_servers)
    async with GatedAIOKafkaProducer(producer, gate) as aio:
        await aio.send_and_wait(topic, first, key=b"a", headers=[("traceparent", b"00-1-2-01")])
        with pytest.raises(TraceRefusedError):
            await aio.send_and_wait(topic, as_json(bad()))
    confluent = GatedConfluentProducer(Producer({"bootstrap.servers": settings.bootstrap_servers}), gate)
    confluent.produce(topic, second, "c", headers={"traceparent": "00-1-2-02"})
    with pytest.raises(TraceRefusedError):
        confluent.produce(topic, as_json(bad()))
    assert confluent.flush(30) == 0

    assert sorted(arrived(settings, topic)) == [
        (b"a", first, [("traceparent", b"00-1-2-01")]),
        (b"c", second, [("traceparent", b"00-1-2-02")]),
    ]
    assert gate.client_report().refused == 2
