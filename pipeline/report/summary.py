"""What a whole validation comes to: counts, and where each code was seen first."""

from dataclasses import dataclass

from ..core.codes import IssueCode
from ..core.document import Json
from ..core.issue import Severity
from .entry import Entry, Judgement, Place


@dataclass(slots=True)
class CodeCount:
    """How often a code was found, and the first place; severity and blocking are those of that first issue."""

    issues: int
    severity: Severity
    blocking: bool
    first: Place
    first_path: str


class Summary:
    """Grows by one entry at a time, so that a validation of any size takes the same memory."""

    def __init__(self) -> None:
        self.by_judgement = dict.fromkeys(Judgement, 0)
        self.by_code: dict[IssueCode, CodeCount] = {}
        self.warned = 0
        """Valid records that carry issues."""

    @property
    def records(self) -> int:
        """All records judged."""
        return sum(self.by_judgement.values())

    def add(self, entry: Entry) -> None:
        """Count one record and all of its issues."""
        self.by_judgement[entry.judgement] += 1
        issues = entry.verdict.issues
        if not issues:
            return
        if entry.judgement is Judgement.VALID:
            self.warned += 1
        for issue in issues:
            if issue.code in self.by_code:
                self.by_code[issue.code].issues += 1
            else:
                self.by_code[issue.code] = CodeCount(
                    1, issue.severity, issue.blocking, entry.place, issue.path
                )

    def document(self) -> Json:
        """The report's ``summary``. ``by_code`` counts issues, not records: a record may have one code often."""
        return {
            "records": self.records,
            "by_outcome": {judgement.value: count for judgement, count in self.by_judgement.items()},
            "by_code": {code.value: self.by_code[code].issues for code in sorted(self.by_code)},
        }
