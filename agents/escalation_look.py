"""The escalations as the topics have them now: for people and for the auditor, outside of the agent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from assay.agents.audit.reader import TopicReader
from assay.agents.settings import Settings
from assay.agents.topics import topic_name
from assay.pipeline.core.record import RawRecord
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.escalate import (
    Escalation,
    Seen,
    UnreadableGroupError,
    UnreadableStateError,
    load_state,
    read_group,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Escalations:
    """Groups and the states of their escalations, by fingerprint; ``None`` for what cannot be read."""

    groups: Mapping[str, Seen | None]
    states: Mapping[str, Escalation | None]


def read_escalations(settings: Settings, now_ns: int) -> Escalations:
    """What is committed now; the groups first, so that no state is older than its group because of the reading.

    Raises :class:`ConfigError` for topics that are not there, ``DependencyUnavailableError`` without Kafka.
    """
    with TopicReader(settings) as reader:
        groups = _latest(reader, settings, TopicRole.ISSUE_GROUPS)
        states = _latest(reader, settings, TopicRole.ESCALATION_STATE)
    return Escalations(
        {key: _read(lambda data: read_group(data, now_ns), value) for key, value in groups.items()},
        {key: _read(load_state, value) for key, value in states.items()},
    )


def _latest(reader: TopicReader, settings: Settings, role: TopicRole) -> dict[str, bytes]:
    """The last value of every key that has not been deleted."""
    places = reader.partitions([topic_name(role, settings.topic_prefix)])
    low, stable = reader.low(places), reader.stable(places)
    found: dict[str, bytes] = {}

    def take(record: RawRecord) -> None:
        key = (record.key or b"").decode("ascii", "replace")
        if record.value is None:
            found.pop(key, None)
        else:
            found[key] = record.value

    reader.read({place: (low[place], stable[place]) for place in places}, take)
    return found


def _read(read: Callable[[bytes], T], value: bytes) -> T | None:
    try:
        return read(value)
    except (UnreadableGroupError, UnreadableStateError):
        return None
