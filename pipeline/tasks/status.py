"""Where a task stands, and the one table of what may happen to it (S0-142, OPERATIONS 4.5)."""

from collections.abc import Mapping

from ..core.word import Word


class Status(Word):
    """The life of a task."""

    PENDING = "pending"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"


class Happening(Word):
    """What happens to a task: a dead letter, or one of the commands of people."""

    DEAD_LETTER = "dead_letter"
    TAKE = "take"
    NOTE = "note"
    EDIT = "edit"
    COMPLETE = "complete"
    REOPEN = "reopen"


class Refusal(Word):
    """Why a command was not taken in."""

    NO_SUCH_TASK = "no_such_task"
    NOT_FROM_HERE = "not_from_this_status"
    NO_TEXT = "no_text"
    NO_EDIT = "no_edit"


MOVES: Mapping[tuple[Status, Happening], Status] = {
    (Status.PENDING, Happening.DEAD_LETTER): Status.PENDING,
    (Status.PENDING, Happening.TAKE): Status.IN_PROGRESS,
    (Status.PENDING, Happening.NOTE): Status.PENDING,
    (Status.PENDING, Happening.EDIT): Status.IN_PROGRESS,
    (Status.PENDING, Happening.COMPLETE): Status.COMPLETED,
    (Status.IN_PROGRESS, Happening.DEAD_LETTER): Status.IN_PROGRESS,
    # Work goes from one person to the next.
    (Status.IN_PROGRESS, Happening.TAKE): Status.IN_PROGRESS,
    (Status.IN_PROGRESS, Happening.NOTE): Status.IN_PROGRESS,
    (Status.IN_PROGRESS, Happening.EDIT): Status.IN_PROGRESS,
    (Status.IN_PROGRESS, Happening.COMPLETE): Status.COMPLETED,
    # The same problem again, or a repair that did not hold: a new episode.
    (Status.COMPLETED, Happening.DEAD_LETTER): Status.PENDING,
    (Status.COMPLETED, Happening.NOTE): Status.COMPLETED,
    (Status.COMPLETED, Happening.REOPEN): Status.PENDING,
}
"""What is not here does not happen."""


def next_status(status: Status, happening: Happening) -> Status | Refusal:
    """What the status becomes, or why it stays."""
    return MOVES.get((status, happening), Refusal.NOT_FROM_HERE)
