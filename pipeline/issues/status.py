"""Where an issue group stands, and what may happen to it (S0-59, S0-60)."""

from ..core.word import Word


class Status(Word):
    """The life of a group. Whether it is :data:`OPEN` decides whether people are called."""

    DETECTED = "detected"
    TRIAGED = "triaged"
    IN_PROGRESS = "in_progress"
    RESOLVED = "resolved"
    IGNORED = "ignored"


OPEN = frozenset({Status.DETECTED, Status.TRIAGED, Status.IN_PROGRESS})


class Happening(Word):
    """What happens to a group: a trace (``detected``), or one of the commands of people."""

    DETECTED = "detected"
    TRIAGE = "triage"
    ASSIGN = "assign"
    RESOLVE = "resolve"
    IGNORE = "ignore"
    REOPEN = "reopen"
    ACKNOWLEDGE = "acknowledge"
    CONFIRM = "confirm"


COMMANDS = tuple(happening for happening in Happening if happening is not Happening.DETECTED)


class Refusal(Word):
    """Why something was not taken in."""

    NOT_FROM_HERE = "not_from_this_status"
    ALREADY_DONE = "already_done"
    NO_ASSIGNEE = "no_assignee"
    UNKNOWN_GROUP = "unknown_group"
    UNREADABLE = "unreadable"
