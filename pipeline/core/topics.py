"""The roles that topics play. Names, partitions and retention are decided in ``agents/topics.py``."""

from .word import Word


class TopicRole(Word):
    """What a topic is for; its value is the default name (DESIGN 3)."""

    RAW = "traces.raw"
    VALID = "traces.valid"
    INVALID = "traces.invalid"
    CLASSIFIED = "traces.classified"
    DEAD_LETTER = "dlq.traces.raw"
    TALLIES = "quality.tallies"
    ISSUES = "quality.issues"
    POLICY = "quality.policy"
