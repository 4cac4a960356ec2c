"""One record of an offline validation: where it stands, and what was said of it."""

from enum import StrEnum
from typing import NamedTuple

from ..core.document import Json
from ..core.issue import Issue, Severity, worst
from ..core.verdict import Verdict


class Judgement(StrEnum):
    """The outcome words of a report: nothing is quarantined or dead-lettered where nothing flows."""

    VALID = "valid"
    INVALID = "invalid"


class Place(NamedTuple):
    """Where a record stands: a file as the user named it, and a line from 1, or ``None`` for the whole file."""

    file: str
    line: int | None

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}:{self.line}"


class Entry(NamedTuple):
    """A record's place and verdict."""

    place: Place
    verdict: Verdict

    @property
    def judgement(self) -> Judgement:
        """Invalid as soon as one issue blocks; warnings leave a trace valid (promise 1)."""
        return Judgement.INVALID if self.verdict.blocking else Judgement.VALID

    @property
    def severity(self) -> Severity | None:
        """Of the worst issue by severity alone, blocking or not; ``None`` for a record without issues."""
        issues = self.verdict.issues
        return max((issue.severity for issue in issues), key=lambda severity: severity.rank, default=None)

    @property
    def deciding(self) -> Issue | None:
        """The issue to show when there is room for one (D-17)."""
        return worst(self.verdict.issues) if self.verdict.issues else None


def entry_document(entry: Entry) -> Json:
    """An element of the report's ``results``. Holds no value of the trace: issues carry masked ones only."""
    return {
        "file": entry.place.file,
        "line": entry.place.line,
        "outcome": entry.judgement.value,
        "severity": entry.severity,
        "issues": [_issue_document(issue) for issue in entry.verdict.issues],
    }


def _issue_document(issue: Issue) -> Json:
    return {
        "code": issue.code.value,
        "category": issue.category.value,
        "severity": issue.severity.value,
        "blocking": issue.blocking,
        "path": issue.path,
        "message": issue.message,
        "expected": issue.expected,
        "actual_masked": issue.actual_masked,
    }
