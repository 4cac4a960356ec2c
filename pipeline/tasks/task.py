"""A manual task: everything that a person needs to know of one problem of dead letters (S0-142, S0-143)."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

from ..core.issue import Severity
from ..policy.task_rules import Priority
from .status import Happening, Refusal, Status

SCHEMA = "assay/task/1-0-0"
MOST_ISSUES = 20
MOST_SOURCES = 100
MOST_NOTES = 50
MOST_HISTORY = 60
MOST_TEXT = 2000
"""Characters of a note; a state must fit its topic whatever people write."""
MOST_REASON = 500
MOST_SEEN = 64


@dataclass(frozen=True, slots=True)
class TaskIssue:
    """An issue as the instructions name it (S0-146); nothing in it is a value."""

    category: str
    severity: str
    code: str
    description: str
    field: str
    expected: str
    actual: str


@dataclass(frozen=True, slots=True)
class Note:
    """What a person wrote."""

    at: str
    actor: str
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """What happened, by whom and why; a command that was refused says why in ``refused``."""

    at: str
    actor: str
    happening: Happening
    reason: str
    was: Status
    became: Status
    refused: Refusal | None = None


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """What the task covers in this episode."""

    count: int = 0
    sources: tuple[str, ...] = ()
    """The first raw records of the first hundred; the others are found by fingerprint."""
    first_at: str = ""
    last_at: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """A task; one for each fingerprint, and so one for each tenant and problem."""

    fingerprint: str
    episode: int
    status: Status
    task_type: str
    priority: Priority
    severity: Severity
    tenant_id: str
    subject: str
    trace_id: str
    """Of the first dead letter of the episode."""
    team: str
    assigned_to: str
    created_at: str
    updated_at: str
    instructions: str
    """Markdown (S0-145 … S0-155)."""
    issues: tuple[TaskIssue, ...] = ()
    dead_letters: DeadLetters = field(default_factory=DeadLetters)
    edit: dict[str, Any] | None = None
    """What completing does to every dead letter: a rule's name, or a patch sealed with the tenant's key."""
    replay_job: str = ""
    """Of the completion."""
    completed_at: str = ""
    notes: tuple[Note, ...] = ()
    history: tuple[Change, ...] = ()
    seen: tuple[str, ...] = ()
    """Ids of the last commands: one that comes twice counts once."""
    schema: str = SCHEMA

    @property
    def task_id(self) -> str:
        """Derived from problem and episode, never random: work that is done again makes the same task."""
        return task_id_of(self.fingerprint, self.episode)


def task_id_of(fingerprint: str, episode: int) -> str:
    """``t-`` and 12 hex digits."""
    return f"t-{hashlib.sha256(f'task/{fingerprint}/{episode}'.encode()).hexdigest()[:12]}"
