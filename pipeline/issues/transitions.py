"""The one table of what a group's status may become (OPERATIONS 4.5)."""

from collections.abc import Mapping

from .status import OPEN, Happening, Refusal, Status

TABLE: Mapping[tuple[Status, Happening], Status] = {
    (Status.DETECTED, Happening.TRIAGE): Status.TRIAGED,
    (Status.DETECTED, Happening.ASSIGN): Status.IN_PROGRESS,
    (Status.DETECTED, Happening.RESOLVE): Status.RESOLVED,
    (Status.DETECTED, Happening.IGNORE): Status.IGNORED,
    (Status.TRIAGED, Happening.ASSIGN): Status.IN_PROGRESS,
    (Status.TRIAGED, Happening.RESOLVE): Status.RESOLVED,
    (Status.TRIAGED, Happening.IGNORE): Status.IGNORED,
    # Work goes from one person to the next.
    (Status.IN_PROGRESS, Happening.ASSIGN): Status.IN_PROGRESS,
    (Status.IN_PROGRESS, Happening.RESOLVE): Status.RESOLVED,
    (Status.IN_PROGRESS, Happening.IGNORE): Status.IGNORED,
    (Status.RESOLVED, Happening.REOPEN): Status.DETECTED,
    (Status.RESOLVED, Happening.DETECTED): Status.DETECTED,
    # A trace reopens what is ignored only when the problem has become worse: see `facts.py`.
    (Status.IGNORED, Happening.REOPEN): Status.DETECTED,
    (Status.IGNORED, Happening.DETECTED): Status.DETECTED,
}
"""What is not here does not happen. Acknowledging and confirming are marks on an open group, no status."""


def next_status(status: Status, happening: Happening) -> Status | Refusal:
    """What the status becomes, or why it stays."""
    if happening in (Happening.ACKNOWLEDGE, Happening.CONFIRM):
        return status if status in OPEN else Refusal.NOT_FROM_HERE
    if status is Status.TRIAGED and happening is Happening.TRIAGE:
        return Refusal.ALREADY_DONE
    return TABLE.get((status, happening), Refusal.NOT_FROM_HERE)
