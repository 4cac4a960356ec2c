"""What a bucket of the view ``counters`` comes to, for people: outcomes, issues by severity and category, tenants."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..core.codes import IssueCode
from ..core.issue import Category, Severity
from ..core.outcome import Outcome
from ..policy.classification import CLASSIFICATION
from .buckets import words_of
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


def summary_of(counts: Mapping[str, int], leaving_out: str = "") -> Summary:
    """The sums of a bucket. ``leaving_out``: the tenant of drills (S0-203)."""
    found = Summary()
    outcomes, severities, categories = found.outcomes, found.severities, found.categories
    for name, number in counts.items():
        words = words_of(name)
        if len(words) != 5 or words[2] == leaving_out:
            continue
        # No `match`: a bucket has thousands of counters, and an overview is made of an hour of them.
        kind, lane, tenant, what, severity = words
        if kind == "issues" and lane == DETECTOR:
            severities[severity] += number
            categories[_CATEGORIES.get(what, what)] += number
        elif kind == "records":
            if what in _OUTCOMES:
                outcomes[what] += number
            if lane == DETECTOR:
                failing = 0 if what == _VALID else number
                found.traces += number
                found.failing += failing
                had = found.tenants.get(tenant, (0, 0))
                found.tenants[tenant] = had[0] + number, had[1] + failing
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
