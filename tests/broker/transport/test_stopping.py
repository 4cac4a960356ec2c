"""A consumer that gives up its partitions and is stopped at once, on the real Kafka."""

import asyncio

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from assay.agents.settings import Settings
from assay.agents.topics import topic_name
from assay.agents.transport.kafka.stopping import stopped
from assay.pipeline.core.topics import TopicRole

pytestmark = pytest.mark.broker
PATIENCE_S = 20


@pytest.mark.parametrize("steps", range(3))
async def test_a_consumer_that_has_just_given_up_its_partitions_can_be_stopped(
    settings_for_test: Settings, steps: int
) -> None:
    """RELIABILITY: a command that has printed its answer ends; at whatever point giving up has arrived."""
    place = TopicPartition(topic_name(TopicRole.RAW, settings_for_test.topic_prefix), 0)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings_for_test.bootstrap_servers,
        enable_auto_commit=False,
        fetch_max_wait_ms=5000,
    )
    await consumer.start()
    consumer.assign([place])
    assert await consumer.position(place) == 0
    await consumer.getmany(place, timeout_ms=100)  # now a fetch is under way, and stays so for seconds
    consumer.unsubscribe()
    for _ in range(steps):
        await asyncio.sleep(0)
    stopping = asyncio.ensure_future(stopped(consumer))
    done, _ = await asyncio.wait({stopping}, timeout=PATIENCE_S)
    assert done, "it waits for ever"
