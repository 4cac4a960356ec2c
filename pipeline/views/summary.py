"""What a bucket of the view ``counters`` comes to, for people: outcomes, issues by severity and category, tenants."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, NamedTuple

from ..core.codes import IssueCode
from ..core.issue import Category, Severity
from ..core.outcome import Outcome
from ..policy.classification import CLASSIFICATION
from .buckets import MOST_NAMES, words_of
from .quality import DETECTOR

_VALID = Outcome.VALID.value
_OUTCOMES = frozenset(word.value for word in Outcome)
_CATEGORIES: Mapping[str, str] = {code.value: CLASSIFICATION[code].category.value for code in IssueCode}


@dataclass(slots=True)
class Summary:
    """Sums of one bucket or of several."""

    traces: int = 0
    """Judged by the detector."""
    failing: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    """Ends of traces, whichever lane brought them there: a failing trace is judged before it has one."""
    severities: Counter[str] = field(default_factory=Counter)
    """Issues found by the detector, also those of traces that pass."""
    categories: Counter[str] = field(default_factory=Counter)
    tenants: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Traces and failing ones, by tenant."""

    def add(self, other: "Summary") -> None:
        """Take in another's sums."""
        self.traces += other.traces
        self.failing += other.failing
        self.outcomes.update(other.outcomes)
        self.severities.update(other.severities)
        self.categories.update(other.categories)
        for tenant, (traces, failing) in other.tenants.items():
            had = self.tenants.get(tenant, (0, 0))
            self.tenants[tenant] = had[0] + traces, had[1] + failing

    def top_tenants(self, most: int) -> list[tuple[str, int, int]]:
        """Tenant, traces and failing ones, of those with most failing traces, then with most traces."""
        found = [(tenant, *counts) for tenant, counts in self.tenants.items()]
        return sorted(found, key=lambda each: (-each[2], -each[1], each[0]))[:most]


class _Counted(NamedTuple):
    """What a counter counts, of that which a summary has."""

    tenant: str
    grade: tuple[str, str] | None
    """Severity and category, of issues."""
    outcome: str = ""
    """How records ended, or what the detector said of them."""
    is_end: bool = False
    is_judged: bool = False


_NOTHING: Final = _Counted("", None)


@lru_cache(maxsize=MOST_NAMES)
def _counted(name: str) -> _Counted:
    match words_of(name):
        case ("issues", lane, tenant, code, severity) if lane == DETECTOR:
            return _Counted(tenant, (severity, _CATEGORIES.get(code, code)))
        case ("records", lane, tenant, outcome, _):
            return _Counted(tenant, None, outcome, outcome in _OUTCOMES, lane == DETECTOR)
        case _:
            return _NOTHING


def summary_of(counts: Mapping[str, int], leaving_out: str = "") -> Summary:
    """The sums of a bucket. ``leaving_out``: the tenant of drills (S0-203)."""
    found = Summary()
    grades: dict[tuple[str, str], int] = {}
    # A bucket has thousands of counters, most of them of issues, and an overview is made of an hour of them.
    for name, number in counts.items():
        tenant, grade, outcome, is_end, is_judged = _counted(name)
        if tenant == leaving_out:
            continue
        if grade is not None:
            grades[grade] = grades.get(grade, 0) + number
            continue
        if is_end:
            found.outcomes[outcome] += number
        if is_judged:
            failing = 0 if outcome == _VALID else number
            found.traces += number
            found.failing += failing
            had = found.tenants.get(tenant, (0, 0))
            found.tenants[tenant] = had[0] + number, had[1] + failing
    for (severity, category), number in grades.items():
        found.severities[severity] += number
        found.categories[category] += number
    return found


def summed(summaries: Iterable[Summary]) -> Summary:
    """All of them together; every word is there, also with 0."""
    whole = Summary(
        outcomes=Counter({word.value: 0 for word in Outcome}),
        severities=Counter({word.value: 0 for word in Severity}),
        categories=Counter({word.value: 0 for word in Category}),
    )
    for each in summaries:
        whole.add(each)
    return whole
