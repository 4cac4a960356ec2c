"""What is wrong with topics as they are, judged against the table: only what would lose or refuse a record."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from assay.pipeline.core.errors import Problem
from assay.pipeline.core.topics import TopicRole

from .topics import TOPICS, TopicSpec, topic_name

UNLIMITED = -1


@dataclass(frozen=True, slots=True)
class ActualTopic:
    """A topic as the broker describes it; ``configs`` are the values in force, inherited ones too."""

    partitions: int
    replicas: int
    configs: Mapping[str, str]


class Cure(StrEnum):
    """What ``assay topics apply`` does about a difference."""

    CREATE = "create"
    SET = "set"
    ADD_PARTITIONS = "add_partitions"
    REFUSE = "refuse"
    """It would itself lose records or their order: a person must decide."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing wrong with one topic. ``what`` is a setting's name, ``partitions`` or ``topic``."""

    topic: str
    what: str
    actual: str
    wanted: str
    harm: str
    cure: Cure

    def as_problem(self) -> Problem:
        """For people: what, why and what to do."""
        remedy = {
            Cure.CREATE: "Run assay topics apply",
            Cure.SET: "Run assay topics apply",
            Cure.ADD_PARTITIONS: "Run assay topics apply",
            Cure.REFUSE: "Decide by hand: another prefix (ASSAY_TOPIC_PREFIX), or a new topic in its place",
        }[self.cure]
        if self.cure is Cure.CREATE:
            return Problem(self.topic, "does not exist", remedy)
        why = f"is {self.actual}, must be {self.wanted}: {self.harm}"
        return Problem(f"{self.topic} {self.what}", why, remedy)


def wanted_configs(spec: TopicSpec, replication_factor: int) -> dict[str, str]:
    """The settings that Assay gives a topic when it creates it."""
    configs = dict(spec.configs())
    if replication_factor > 2:
        # An acknowledged record is then on two machines at least, and one may be away.
        configs["min.insync.replicas"] = "2"
    return configs


def find_differences(
    actual: Mapping[str, ActualTopic], prefix: str, partitions: int, quality_partitions: int = 8
) -> list[Difference]:
    """Compare every topic of the table. ``partitions`` counts only when ``traces.raw`` does not exist yet,

    ``quality_partitions`` only for topics that are missing, have a number of their own, and more than one.
    """
    raw = actual.get(topic_name(TopicRole.RAW, prefix))
    followed = raw.partitions if raw is not None else partitions
    found: list[Difference] = []
    for role, spec in TOPICS.items():
        name = topic_name(role, prefix)
        topic = actual.get(name)
        if topic is None:
            count = _count(spec, followed, quality_partitions)
            found.append(Difference(name, "topic", "absent", f"{count} partitions", "", Cure.CREATE))
            continue
        if spec.partitions is None and topic.partitions != followed:
            found.append(_partitions(name, topic.partitions, followed))
        found += _settings(name, spec, topic)
    return found


def _count(spec: TopicSpec, followed: int, quality_partitions: int) -> int:
    """A single partition is an order that readers need: no setting makes more of it."""
    if spec.partitions is None:
        return followed
    return quality_partitions if spec.partitions > 1 else 1


def _partitions(name: str, actual: int, followed: int) -> Difference:
    return Difference(
        name,
        "partitions",
        str(actual),
        str(followed),
        "a record keeps its partition number of traces.raw",
        Cure.ADD_PARTITIONS if actual < followed else Cure.REFUSE,
    )


def _settings(name: str, spec: TopicSpec, topic: ActualTopic) -> list[Difference]:
    found: list[Difference] = []

    def must(key: str, wanted: str, harm: str, cure: Cure = Cure.SET) -> None:
        found.append(Difference(name, key, topic.configs.get(key, "unknown"), wanted, harm, cure))

    wanted = spec.configs()
    if _words(topic.configs.get("cleanup.policy", "")) != {wanted["cleanup.policy"]}:
        harm = (
            "deleting by age loses the state of keys"
            if spec.compacted
            else "compacting loses all but the last record of a key"
        )
        must("cleanup.policy", wanted["cleanup.policy"], harm, Cure.REFUSE)
    if not spec.compacted and _limit(topic, "retention.ms") < spec.retention_ms:
        must("retention.ms", str(spec.retention_ms), "records go before they may")
    if _limit(topic, "retention.bytes") != _INFINITE:
        must("retention.bytes", str(UNLIMITED), "records go when there are many")
    if _number(topic, "max.message.bytes") < spec.max_message_bytes:
        must(
            "max.message.bytes", wanted["max.message.bytes"], "the topic refuses records of a permitted size"
        )
    if topic.configs.get("message.timestamp.type") != wanted["message.timestamp.type"]:
        must(
            "message.timestamp.type", wanted["message.timestamp.type"], "times mean something else to readers"
        )
    for key in ("message.timestamp.before.max.ms", "message.timestamp.after.max.ms"):
        if key in wanted and _number(topic, key) < int(wanted[key]):
            must(key, wanted[key], "the topic refuses records with unusual times")
    if topic.configs.get("unclean.leader.election.enable") == "true":
        must("unclean.leader.election.enable", "false", "a fail-over may lose acknowledged records")
    if topic.replicas > 2 and _number(topic, "min.insync.replicas") < 2:
        must("min.insync.replicas", "2", "a fail-over may lose acknowledged records")
    return found


_INFINITE = 2**63


def _words(value: str) -> set[str]:
    return {word.strip() for word in value.split(",")}


def _limit(topic: ActualTopic, key: str) -> int:
    value = _number(topic, key)
    return _INFINITE if value == UNLIMITED else value


def _number(topic: ActualTopic, key: str) -> int:
    """A setting that the broker does not tell counts as too small: it must not be taken for granted."""
    return int(topic.configs.get(key, "-2"))
