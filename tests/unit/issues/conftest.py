"""Facts and commands, to be changed at will."""

from dataclasses import replace
from typing import Any

from assay.pipeline.core.clock import rfc3339
from assay.pipeline.core.issue import Category, Severity
from assay.pipeline.core.team import Team
from assay.pipeline.issues import Fact, Happening, IssueCommand

FINGERPRINT = "0123456789abcdef"
START_NS = 1_741_079_700_000_000_000


def at(seconds: float) -> str:
    """A time, counted from the beginning of the story."""
    return rfc3339(START_NS + round(seconds * 10**9))


def a_fact(seconds: float = 0, **changes: Any) -> Fact:
    """A trace with the problem, judged then. Its raw record's offset is the second."""
    fact = Fact(
        event_id=f"traces.raw/0/{seconds}/1/0",
        fingerprint=FINGERPRINT,
        code="schema.required_missing",
        category=Category.SCHEMA,
        severity=Severity.HIGH,
        blocking=True,
        path="/context/user_id",
        rule="required",
        occurrences=1,
        tenant="4",
        subject="workflow_trace",
        producer="orchestrator",
        version="1.4.0",
        source=f"traces.raw/0/{round(seconds * 1000)}",
        attempts=1,
        team=Team.PLATFORM_ENGINEERING,
        detected_at=at(seconds),
    )
    return replace(fact, **changes)


def a_command(command: Happening, seconds: float = 0, **changes: Any) -> IssueCommand:
    """What a person wants, then."""
    made = IssueCommand(
        event_id=f"{command}/{seconds}",
        fingerprint=FINGERPRINT,
        command=command,
        actor="dana",
        reason="seen it",
        assignee="robin" if command is Happening.ASSIGN else "",
        notes="",
        at=at(seconds),
    )
    return replace(made, **changes)
