"""The live feed follows ``quality.issue_groups`` on a real Kafka (S3-51 … S3-65)."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from confluent_kafka import Producer

from assay.agents.http.feed.source import KafkaGroups
from assay.agents.settings import Settings
from assay.agents.topics import topic_name
from assay.pipeline.core.errors import TransientError
from assay.pipeline.core.topics import TopicRole

pytestmark = pytest.mark.broker
PATIENCE_S = 20


@pytest.fixture
async def source(settings_for_test: Settings) -> AsyncIterator[KafkaGroups]:
    made = KafkaGroups(settings_for_test)
    yield made
    await made.close()


def write(settings: Settings, states: dict[bytes, bytes | None]) -> None:
    producer = Producer({"bootstrap.servers": settings.bootstrap_servers, "linger.ms": 0})
    topic = topic_name(TopicRole.ISSUE_GROUPS, settings.topic_prefix)
    for key, state in states.items():
        producer.produce(topic, state, key)
    assert producer.flush(PATIENCE_S) == 0


async def changed(source: KafkaGroups, keys: set[bytes]) -> dict[bytes, bytes | None]:
    found: dict[bytes, bytes | None] = {}
    async with asyncio.timeout(PATIENCE_S):
        while not keys <= found.keys():
            found |= await source.more()
    return found


async def test_what_changes_from_now_on_is_told(source: KafkaGroups, settings_for_test: Settings) -> None:
    write(settings_for_test, {b"old": b"{}"})
    await source.open()
    write(settings_for_test, {b"one": b"1", b"two": b"2"})
    write(settings_for_test, {b"one": b"3", b"gone": None})
    found = await changed(source, {b"two", b"gone"})
    while found.get(b"one") != b"3":
        found |= await changed(source, {b"one"})
    assert found == {b"one": b"3", b"two": b"2", b"gone": None}


async def test_after_a_while_away_it_goes_on_where_it_was(
    source: KafkaGroups, settings_for_test: Settings
) -> None:
    await source.open()
    write(settings_for_test, {b"one": b"1"})
    await changed(source, {b"one"})
    await source.close()
    write(settings_for_test, {b"two": b"2"})
    await source.open()
    assert await changed(source, {b"two"}) == {b"two": b"2"}


async def test_without_kafka_it_says_so(settings_for_test: Settings) -> None:
    away = KafkaGroups(settings_for_test.model_copy(update={"bootstrap_servers": "127.0.0.1:1"}))
    try:
        with pytest.raises(TransientError):
            await away.open()
    finally:
        await away.close()
