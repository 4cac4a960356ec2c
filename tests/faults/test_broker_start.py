"""What the development broker must not do when it comes back (docs/adr/0006)."""

import asyncio
import contextlib

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from assay.agents import devstack
from assay.agents.devstack import Stack
from assay.agents.settings import load_settings
from assay.agents.topic_admin import ensure_topics

pytestmark = [pytest.mark.broker, pytest.mark.faults]

RAW = TopicPartition("traces.raw", 0)
TRANSACTION_S = 10


async def producer_of(stack: Stack) -> AIOKafkaProducer:
    producer = AIOKafkaProducer(
        bootstrap_servers=stack.bootstrap_servers,
        transactional_id="one",
        transaction_timeout_ms=TRANSACTION_S * 1000,
    )
    await producer.start()
    await producer.begin_transaction()
    return producer


async def visible(stack: Stack, last: bytes) -> list[bytes]:
    """What a committed reader sees, up to the last record."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=stack.bootstrap_servers,
        isolation_level="read_committed",
        auto_offset_reset="earliest",
    )
    await consumer.start()
    values: list[bytes] = []
    try:
        consumer.assign([RAW])
        while last not in values:
            values.append((await consumer.getone()).value)
    finally:
        await consumer.stop()
    return values


async def test_a_transaction_that_times_out_while_the_broker_is_away_stays_invisible(
    private_stack: Stack,
) -> None:
    """Row 4: nobody committed it; the next commit of the same producer must not bring it to light."""
    home = private_stack.home
    ensure_topics(load_settings(home=home, bootstrap_servers=private_stack.bootstrap_servers, partitions=1))
    doomed = await producer_of(private_stack)
    await doomed.send_and_wait(RAW.topic, b"never committed", partition=0)
    devstack.kill_kafka(home)
    doomed._closed = True  # it cannot be closed politely any more
    doomed._sender.sender_task.cancel()
    with contextlib.suppress(Exception):
        await doomed.client.close()
    await asyncio.sleep(TRANSACTION_S + 1)  # the outage must outlast the transaction
    stack = devstack.start_kafka(home)
    heir = await producer_of(stack)
    await heir.send_and_wait(RAW.topic, b"committed", partition=0)
    await heir.commit_transaction()
    await heir.stop()
    assert await visible(stack, last=b"committed") == [b"committed"]
