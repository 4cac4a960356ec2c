"""What stands on ``quality.issues``: facts about traces, and commands of people."""

from dataclasses import dataclass

from ..core.issue import Category, Severity
from ..core.team import Team
from .status import Happening

FACT_TYPE = "assay.issue.detected.v1"
COMMAND_TYPE = "assay.issue.command.v1"
COMMAND_SCHEMA = "assay/issue_command/1-0-0"
MOST_TEXT = 500
"""Characters of a reason or of notes."""
MOST_NAME = 128
"""Characters of an actor or an assignee."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One trace has this problem. Times are texts, RFC 3339 with nine digits and ``Z``: their order is that of time."""

    event_id: str
    fingerprint: str
    code: str
    category: Category
    severity: Severity
    blocking: bool
    path: str
    rule: str
    occurrences: int
    tenant: str
    subject: str
    producer: str
    version: str
    source: str
    """``topic/partition/offset`` of the raw record."""
    attempts: int
    team: Team
    detected_at: str


@dataclass(frozen=True, slots=True)
class IssueCommand:
    """A person, or an agent in a person's name, wants something of a group."""

    event_id: str
    fingerprint: str
    command: Happening
    actor: str
    reason: str
    assignee: str
    """For ``assign``; empty otherwise."""
    notes: str
    """For ``resolve``: what was done (S0-62); empty otherwise."""
    at: str
