"""The one table of topics: role → name, partitions, settings (DESIGN 3)."""

from collections.abc import Mapping
from dataclasses import dataclass

from assay.pipeline.core.topics import TopicRole

DAY_MS = 86_400_000
MIB = 1_048_576
ANY_TIMESTAMP = str(2**63 - 1)

RAW_MAX_BYTES = MIB
PASSING_MAX_BYTES = RAW_MAX_BYTES + 65_536
"""A passing trace grows by our headers only."""
FAILING_MAX_BYTES = 4 * MIB
"""A failing trace is sealed and base64-encoded inside its envelope: four thirds of key, value and headers, and its issues."""


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """How a topic must be. ``partitions`` is ``None`` for those that follow ``traces.raw``."""

    role: TopicRole
    partitions: int | None
    retention_ms: int
    max_message_bytes: int
    own_timestamps: bool
    """Whether records carry the time of their writing (``LogAppendTime``); else the source's time."""
    compacted: bool = False

    def configs(self) -> Mapping[str, str]:
        """Topic-level settings, by Kafka's names."""
        configs = {
            "cleanup.policy": "compact" if self.compacted else "delete",
            "retention.ms": str(self.retention_ms),
            "max.message.bytes": str(self.max_message_bytes),
            "message.timestamp.type": "LogAppendTime" if self.own_timestamps else "CreateTime",
        }
        if not self.own_timestamps:
            # A source's timestamp may be anything; a derived record must never be refused for it.
            configs["message.timestamp.before.max.ms"] = ANY_TIMESTAMP
            configs["message.timestamp.after.max.ms"] = ANY_TIMESTAMP
        return configs


TOPICS: Mapping[TopicRole, TopicSpec] = {
    spec.role: spec
    for spec in (
        TopicSpec(TopicRole.RAW, None, 7 * DAY_MS, RAW_MAX_BYTES, own_timestamps=False),
        TopicSpec(TopicRole.VALID, None, 7 * DAY_MS, PASSING_MAX_BYTES, own_timestamps=False),
        # A day is enough for a hop; until the lanes behind it exist it is the end of the way.
        TopicSpec(TopicRole.INVALID, None, 7 * DAY_MS, FAILING_MAX_BYTES, own_timestamps=True),
        TopicSpec(TopicRole.DEAD_LETTER, 8, 90 * DAY_MS, FAILING_MAX_BYTES, own_timestamps=True),
        TopicSpec(TopicRole.TALLIES, 8, 30 * DAY_MS, MIB, own_timestamps=True),
    )
}


def topic_name(role: TopicRole, prefix: str = "") -> str:
    """The name of a role's topic in this environment: prefix + default name."""
    return f"{prefix}{role.value}"
