"""The one table of topics: role → name, partitions, settings (DESIGN 3)."""

from collections.abc import Mapping
from dataclasses import dataclass

from assay.pipeline.core.topics import TopicRole

DAY_MS = 86_400_000
UNLIMITED = -1
MIB = 1_048_576
ANY_TIMESTAMP = str(2**63 - 1)

RAW_MAX_BYTES = MIB
PASSING_MAX_BYTES = RAW_MAX_BYTES + 65_536
"""A passing trace grows by our headers only."""
POLICY_MAX_BYTES = 8 * MIB
"""A bundle is one record, its files as texts in JSON: more than the 5 MB of files that a bundle may have."""
FAILING_MAX_BYTES = 4 * MIB
"""A failing trace is sealed and base64-encoded inside its envelope: four thirds of key, value and headers, and its issues."""
CLASSIFIED_MAX_BYTES = FAILING_MAX_BYTES + 65_536
"""A classified trace grows by our headers only, and one that holds no envelope may be as large as its topic lets it."""
ENDED_MAX_BYTES = CLASSIFIED_MAX_BYTES + 65_536
"""And the end of its way adds headers once more."""


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
        # A day would be enough for a hop. A week, so that a lane which stands still over a weekend loses nothing.
        TopicSpec(TopicRole.INVALID, None, 7 * DAY_MS, FAILING_MAX_BYTES, own_timestamps=True),
        # Until the lane behind it exists it is the end of the way.
        TopicSpec(TopicRole.CLASSIFIED, None, 7 * DAY_MS, CLASSIFIED_MAX_BYTES, own_timestamps=True),
        TopicSpec(TopicRole.DEAD_LETTER, 8, 90 * DAY_MS, ENDED_MAX_BYTES, own_timestamps=True),
        TopicSpec(TopicRole.REMEDIATED, None, 7 * DAY_MS, PASSING_MAX_BYTES, own_timestamps=False),
        TopicSpec(TopicRole.QUARANTINE, None, 90 * DAY_MS, ENDED_MAX_BYTES, own_timestamps=True),
        TopicSpec(TopicRole.TALLIES, 8, 30 * DAY_MS, MIB, own_timestamps=True),
        # Patches of a repair hold what was there before, sealed: as large as what they repair.
        TopicSpec(TopicRole.RECEIPTS, 8, 90 * DAY_MS, CLASSIFIED_MAX_BYTES, own_timestamps=True),
        TopicSpec(TopicRole.ISSUES, 8, 90 * DAY_MS, MIB, own_timestamps=True),
        # The state of a keyed lane lies on the partition number of what the lane reads.
        TopicSpec(TopicRole.ISSUE_GROUPS, 8, UNLIMITED, MIB, own_timestamps=True, compacted=True),
        TopicSpec(TopicRole.ESCALATION_STATE, 8, UNLIMITED, MIB, own_timestamps=True, compacted=True),
        TopicSpec(TopicRole.ESCALATIONS, 8, 90 * DAY_MS, MIB, own_timestamps=True),
        TopicSpec(TopicRole.TASK_COMMANDS, 8, 90 * DAY_MS, CLASSIFIED_MAX_BYTES, own_timestamps=True),
        TopicSpec(TopicRole.TASKS, 8, UNLIMITED, MIB, own_timestamps=True, compacted=True),
        # Longer than what can be replayed is kept: the guard must not forget a try of it.
        TopicSpec(TopicRole.REPLAYS, 1, 120 * DAY_MS, MIB, own_timestamps=True),
        # What a keyed lane could not take in, as it came.
        TopicSpec(TopicRole.REFUSED, 1, 90 * DAY_MS, ENDED_MAX_BYTES + 65_536, own_timestamps=True),
        TopicSpec(TopicRole.AUDIT, 1, 365 * DAY_MS, MIB, own_timestamps=True),
        TopicSpec(TopicRole.POLICY, 1, UNLIMITED, POLICY_MAX_BYTES, own_timestamps=True, compacted=True),
    )
}


def topic_name(role: TopicRole, prefix: str = "") -> str:
    """The name of a role's topic in this environment: prefix + default name."""
    return f"{prefix}{role.value}"
