"""One thing that is wrong with one trace (S0-52)."""

from collections.abc import Sequence
from dataclasses import dataclass

from .codes import IssueCode
from .word import Word


class Severity(Word):
    """How bad (S0-6 … S0-35); ordered by :attr:`rank`."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """critical=4, high=3, medium=2, low=1 (S0-49)."""
        return _RANKS[self]


_RANKS = {Severity.CRITICAL: 4, Severity.HIGH: 3, Severity.MEDIUM: 2, Severity.LOW: 1}


class Category(Word):
    """Which family of detectors an issue belongs to; decides the team (S0-51)."""

    SCHEMA = "schema"
    SECURITY = "security"
    COMPLIANCE = "compliance"
    BUSINESS_LOGIC = "business_logic"
    PERFORMANCE = "performance"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a detector says: the fact, without policy (severity, category and blocking are policy).

    ``path`` is a JSON Pointer (RFC 6901) into the trace, ``""`` for the whole of it; pointers hold key
    names, so a detector replaces a name that the schema does not know by ``*``.
    ``expected`` and ``actual_masked`` never hold a value of the trace: see ``core/masking.py``.
    """

    code: IssueCode
    path: str = ""
    keyword: str = ""
    expected: str = ""
    actual_masked: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Issue:
    """A finding with its policy applied; the members are those of the envelope (DESIGN 4)."""

    code: IssueCode
    category: Category
    severity: Severity
    blocking: bool
    path: str
    keyword: str
    message: str
    expected: str
    actual_masked: str
    rule: str
    detector: str


def worst(issues: Sequence[Issue]) -> Issue:
    """The issue that decides severity, team and fingerprint: by severity, then blocking before not, then order (S0-48, D-17).

    Raises ``ValueError`` when there is none.
    """
    return max(issues, key=lambda issue: (issue.severity.rank, issue.blocking))
