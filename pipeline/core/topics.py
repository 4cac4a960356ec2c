"""The roles that topics play. Names, partitions and retention are decided in ``agents/topics.py``."""

from .word import Word


class TopicRole(Word):
    """What a topic is for; its value is the default name (DESIGN 3)."""

    RAW = "traces.raw"
    VALID = "traces.valid"
    INVALID = "traces.invalid"
    CLASSIFIED = "traces.classified"
    REMEDIATED = "traces.remediated"
    QUARANTINE = "traces.quarantine"
    DEAD_LETTER = "dlq.traces.raw"
    TALLIES = "quality.tallies"
    RECEIPTS = "quality.receipts"
    ISSUES = "quality.issues"
    ISSUE_GROUPS = "quality.issue_groups"
    ESCALATION_STATE = "quality.escalation_state"
    ESCALATIONS = "quality.escalations"
    TASK_COMMANDS = "quality.task_commands"
    TASKS = "quality.tasks"
    REPLAYS = "quality.replays"
    POLICY = "quality.policy"
    AUDIT = "quality.audit"
    REFUSED = "dlq.quality"
