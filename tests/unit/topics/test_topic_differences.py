"""Which topics a worker may start on: those that neither lose nor refuse a record (DESIGN 3)."""

from collections.abc import Mapping

import pytest

from assay.agents.topic_differences import ActualTopic, Cure, Difference, find_differences, wanted_configs
from assay.agents.topics import TOPICS, TopicSpec, topic_name
from assay.pipeline.core.topics import TopicRole

PARTITIONS = 8
INHERITED = {"retention.bytes": "-1", "unclean.leader.election.enable": "false", "min.insync.replicas": "1"}


def healthy(spec: TopicSpec, prefix: str = "", partitions: int = PARTITIONS) -> tuple[str, ActualTopic]:
    configs = {**INHERITED, **spec.configs()}
    return topic_name(spec.role, prefix), ActualTopic(spec.partitions or partitions, 1, configs)


def all_healthy(prefix: str = "") -> dict[str, ActualTopic]:
    return dict(healthy(spec, prefix) for spec in TOPICS.values())


def with_config(role: TopicRole, **configs: str) -> dict[str, ActualTopic]:
    """All healthy but one; setting names with underscores for dots."""
    topics = all_healthy()
    changed = {key.replace("_", "."): value for key, value in configs.items()}
    topics[role] = ActualTopic(topics[role].partitions, 1, {**topics[role].configs, **changed})
    return topics


def found_in(topics: Mapping[str, ActualTopic]) -> list[Difference]:
    return find_differences(topics, "", PARTITIONS)


@pytest.mark.parametrize("prefix", ["", "test."])
def test_topics_as_assay_makes_them_are_fine(prefix: str) -> None:
    assert find_differences(all_healthy(prefix), prefix, PARTITIONS) == []


@pytest.mark.parametrize("role", TOPICS)
def test_a_missing_topic_is_created(role: TopicRole) -> None:
    topics = all_healthy()
    del topics[role]
    assert [(found.topic, found.cure) for found in found_in(topics)] == [(role, Cure.CREATE)]


def test_topics_of_another_prefix_do_not_count() -> None:
    assert {found.cure for found in find_differences(all_healthy("a."), "b.", PARTITIONS)} == {Cure.CREATE}


def test_missing_topics_get_as_many_partitions_as_the_raw_one_has() -> None:
    """DESIGN 4: a record keeps its partition number."""
    name, raw = healthy(TOPICS[TopicRole.RAW], partitions=12)
    wanted = {found.topic: found.wanted for found in found_in({name: raw})}
    assert wanted[TopicRole.VALID] == "12 partitions"
    assert wanted[TopicRole.TALLIES] == "8 partitions"


@pytest.mark.parametrize("count", [1, 2, 64])
def test_topics_that_do_not_follow_get_as_many_as_the_setting_says_or_the_one_that_they_need(
    count: int,
) -> None:
    """A single partition is an order: the bundle in use, the audit log's chain of hashes, a replay's progress."""
    wanted = {found.topic: found.wanted for found in find_differences({}, "", 3, quality_partitions=count)}
    assert wanted[TopicRole.VALID] == "3 partitions"
    assert wanted[TopicRole.ISSUES] == wanted[TopicRole.ISSUE_GROUPS] == f"{count} partitions"
    assert {wanted[role] for role, spec in TOPICS.items() if spec.partitions == 1} == {"1 partitions"}


@pytest.mark.parametrize(
    ("configs", "cure"),
    [
        ({"retention_ms": "1000"}, Cure.SET),
        ({"retention_bytes": "1000000"}, Cure.SET),
        ({"max_message_bytes": "1000"}, Cure.SET),
        ({"message_timestamp_type": "LogAppendTime"}, Cure.SET),
        ({"message_timestamp_before_max_ms": "3600000"}, Cure.SET),
        ({"message_timestamp_after_max_ms": "3600000"}, Cure.SET),
        ({"unclean_leader_election_enable": "true"}, Cure.SET),
        ({"cleanup_policy": "compact"}, Cure.REFUSE),
        ({"cleanup_policy": "compact,delete"}, Cure.REFUSE),
    ],
)
def test_a_setting_that_loses_or_refuses_records_is_found(configs: dict[str, str], cure: Cure) -> None:
    (found,) = found_in(with_config(TopicRole.VALID, **configs))
    (key,) = configs
    assert (found.what, found.cure) == (key.replace("_", "."), cure)
    assert found.as_problem().where == f"traces.valid {found.what}"


@pytest.mark.parametrize(
    "configs",
    [
        {"retention_ms": "-1"},
        {"retention_ms": str(2**62)},
        {"max_message_bytes": str(2**30)},
        {"compression_type": "zstd"},
    ],
)
def test_a_setting_that_is_more_generous_is_left_alone(configs: dict[str, str]) -> None:
    assert found_in(with_config(TopicRole.VALID, **configs)) == []


@pytest.mark.parametrize("key", [*TOPICS[TopicRole.RAW].configs(), "retention.bytes"])
def test_a_setting_that_the_broker_does_not_tell_is_not_taken_for_granted(key: str) -> None:
    topics = all_healthy()
    raw = topics[TopicRole.RAW]
    topics[TopicRole.RAW] = ActualTopic(PARTITIONS, 1, {k: v for k, v in raw.configs.items() if k != key})
    assert [found.what for found in found_in(topics)] == [key]


@pytest.mark.parametrize(("count", "cure"), [(4, Cure.ADD_PARTITIONS), (16, Cure.REFUSE)])
def test_a_following_topic_must_have_the_raw_ones_partitions(count: int, cure: Cure) -> None:
    """Partitions can be added; they are never taken away."""
    topics = all_healthy()
    topics[TopicRole.INVALID] = ActualTopic(count, 1, topics[TopicRole.INVALID].configs)
    assert [(found.topic, found.what, found.cure) for found in found_in(topics)] == [
        (TopicRole.INVALID, "partitions", cure)
    ]


def test_topics_that_do_not_follow_may_have_any_number_of_partitions() -> None:
    topics = all_healthy()
    topics[TopicRole.TALLIES] = ActualTopic(1, 1, topics[TopicRole.TALLIES].configs)
    assert found_in(topics) == []


def test_replicated_topics_must_acknowledge_on_two_machines() -> None:
    topics = all_healthy()
    topics[TopicRole.RAW] = ActualTopic(PARTITIONS, 3, topics[TopicRole.RAW].configs)
    assert [found.what for found in found_in(topics)] == ["min.insync.replicas"]
    assert wanted_configs(TOPICS[TopicRole.RAW], 3)["min.insync.replicas"] == "2"
    assert "min.insync.replicas" not in wanted_configs(TOPICS[TopicRole.RAW], 1)
