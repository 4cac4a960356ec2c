"""Topics on a real broker: created, checked, corrected, refused (DESIGN 3)."""

import time

import pytest
from confluent_kafka.admin import AlterConfigOpType, ConfigEntry, ConfigResource, NewPartitions, ResourceType

from assay.agents import topic_admin
from assay.agents.settings import Settings, load_settings
from assay.agents.topic_admin import (
    admin_client,
    apply_topics,
    check_topics,
    ensure_topics,
    require_topics,
    verify_topics,
)
from assay.agents.topics import TOPICS, topic_name
from assay.pipeline.core.errors import DependencyUnavailableError, RefusedError
from assay.pipeline.core.topics import TopicRole

pytestmark = pytest.mark.broker

PATIENCE_S = 20


def set_config(settings: Settings, role: TopicRole, key: str, value: str) -> None:
    entry = ConfigEntry(key, value, incremental_operation=AlterConfigOpType.SET)
    name = topic_name(role, settings.topic_prefix)
    resource = ConfigResource(ResourceType.TOPIC, name, incremental_configs=[entry])
    client = admin_client(settings)  # must outlive its requests
    for future in client.incremental_alter_configs([resource]).values():
        future.result()


def places(settings: Settings) -> list[str]:
    return [problem.where.removeprefix(settings.topic_prefix) for problem in check_topics(settings)]


def places_become(settings: Settings, wanted: list[str]) -> None:
    """A change made behind our back is seen by the broker a little later."""
    deadline = time.monotonic() + PATIENCE_S
    while places(settings) != wanted and time.monotonic() < deadline:
        time.sleep(0.05)
    assert places(settings) == wanted


def test_all_are_created_as_the_table_says(settings_for_test: Settings) -> None:
    assert check_topics(settings_for_test) == []
    require_topics(settings_for_test)
    topics = admin_client(settings_for_test).list_topics(timeout=10).topics
    for role, spec in TOPICS.items():
        count = len(topics[topic_name(role, settings_for_test.topic_prefix)].partitions)
        wanted = {None: settings_for_test.partitions, 1: 1}
        assert count == wanted.get(spec.partitions, settings_for_test.quality_partitions)


def test_a_second_apply_changes_nothing(settings_for_test: Settings) -> None:
    assert ensure_topics(settings_for_test) == []


async def test_both_work_beside_an_event_loop(settings_for_test: Settings) -> None:
    assert await verify_topics(settings_for_test) == []
    assert await apply_topics(settings_for_test) == []


def test_what_would_lose_records_is_found_and_corrected(settings_for_test: Settings) -> None:
    set_config(settings_for_test, TopicRole.RAW, "retention.ms", "1000000")
    set_config(settings_for_test, TopicRole.INVALID, "max.message.bytes", "1000")
    places_become(settings_for_test, ["traces.raw retention.ms", "traces.invalid max.message.bytes"])
    with pytest.raises(RefusedError, match="would lose data"):
        require_topics(settings_for_test)
    assert len(ensure_topics(settings_for_test)) == 2
    assert places(settings_for_test) == []


def test_a_compacted_topic_is_refused_and_nothing_else_is_touched(settings_for_test: Settings) -> None:
    set_config(settings_for_test, TopicRole.VALID, "cleanup.policy", "compact")
    set_config(settings_for_test, TopicRole.RAW, "retention.ms", "1000000")
    wrong = ["traces.raw retention.ms", "traces.valid cleanup.policy"]
    places_become(settings_for_test, wrong)
    with pytest.raises(RefusedError, match=r"nothing was changed.*\n.*cleanup\.policy"):
        ensure_topics(settings_for_test)
    assert places(settings_for_test) == wrong


def test_topics_follow_when_the_raw_one_grows(settings_for_test: Settings) -> None:
    raw = topic_name(TopicRole.RAW, settings_for_test.topic_prefix)
    client = admin_client(settings_for_test)  # must outlive its requests
    for future in client.create_partitions([NewPartitions(raw, 6)]).values():
        future.result()
    followers = [role for role, spec in TOPICS.items() if spec.partitions is None and role != TopicRole.RAW]
    places_become(settings_for_test, [f"{role} partitions" for role in followers])
    ensure_topics(settings_for_test)
    assert places(settings_for_test) == []


def test_a_worker_is_told_which_topics_are_missing(settings_for_test: Settings) -> None:
    other = settings_for_test.model_copy(update={"topic_prefix": f"{settings_for_test.topic_prefix}none."})
    with pytest.raises(DependencyUnavailableError, match=r"none\.traces\.raw.*assay topics apply"):
        require_topics(other)


def test_a_kafka_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(topic_admin, "CONNECTS_WITHIN_S", 0.2)
    settings = load_settings(bootstrap_servers="127.0.0.1:1")
    with pytest.raises(DependencyUnavailableError, match=r"127\.0\.0\.1:1 "):
        check_topics(settings)
