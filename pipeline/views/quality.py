"""Quality over the last minutes, from the view ``counters`` (S0-67 … S0-80).

Every trace was judged once and is counted once, by the tally of its verdict: nothing is validated again (D-14).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..core.codes import IssueCode
from ..core.issue import Category, Severity
from ..core.outcome import Outcome
from ..policy.classification import CLASSIFICATION
from ..policy.quality_rules import QualityMetric, QualityThresholds
from .buckets import MINUTE_S, minute_bucket, words_of

WINDOW_S = 300
"""S0-68."""
PERIOD_S = 60
"""S0-69."""
DETECTOR = "detector"


@dataclass(frozen=True, slots=True)
class QualityBreach:
    """A metric above its threshold."""

    metric: QualityMetric
    value: float
    most: float


def window(now_s: int, seconds: int = WINDOW_S) -> list[str]:
    """The buckets of the last ``seconds``: the minute that runs, and as many whole ones before it."""
    running = now_s // MINUTE_S * MINUTE_S
    return [minute_bucket(running - age) for age in range(0, seconds, MINUTE_S)]


@dataclass(slots=True)
class _Sums:
    """What was counted of one tenant, or of several."""

    traces: int = 0
    passed: int = 0
    critical: int = 0
    schema: int = 0
    security: int = 0

    def add(self, other: "_Sums") -> None:
        self.traces += other.traces
        self.passed += other.passed
        self.critical += other.critical
        self.schema += other.schema
        self.security += other.security

    def metrics(self) -> dict[QualityMetric, float]:
        if not self.traces:
            return {}
        return {
            QualityMetric.INVALID_TRACE_RATE: (self.traces - self.passed) / self.traces,
            QualityMetric.CRITICAL_ISSUE_RATE: self.critical / self.traces,
            QualityMetric.SCHEMA_VIOLATION_RATE: self.schema / self.traces,
            QualityMetric.SECURITY_VIOLATION_RATE: self.security / self.traces,
            QualityMetric.TOTAL_TRACES_PROCESSED: float(self.traces),
        }


def quality(
    counts: Iterable[Mapping[str, int]], *, tenant: str = "", leaving_out: str = ""
) -> dict[QualityMetric, float]:
    """The metrics of these buckets, of one tenant or of all; empty when nothing was processed (S0-80).

    ``leaving_out``: the tenant of drills, which is not among "all" (S0-203).
    """
    whole = _Sums()
    for whose, sums in _sums(counts).items():
        if whose == tenant or (not tenant and whose != leaving_out):
            whole.add(sums)
    return whole.metrics()


def quality_by_tenant(counts: Iterable[Mapping[str, int]]) -> dict[str, dict[QualityMetric, float]]:
    """The metrics of every tenant of which anything was processed."""
    return {whose: metrics for whose, sums in _sums(counts).items() if (metrics := sums.metrics())}


def _sums(counts: Iterable[Mapping[str, int]]) -> dict[str, _Sums]:
    found: dict[str, _Sums] = {}
    for bucket in counts:
        for name, number in bucket.items():
            match words_of(name):
                case ["records", lane, whose, outcome, _] if lane == DETECTOR:
                    sums = found.setdefault(whose, _Sums())
                    sums.traces += number
                    sums.passed += number if outcome == Outcome.VALID else 0
                case ["issues", lane, whose, code, severity] if lane == DETECTOR:
                    sums = found.setdefault(whose, _Sums())
                    category = _CATEGORIES.get(code)
                    sums.critical += number if severity == Severity.CRITICAL else 0
                    sums.schema += number if category is Category.SCHEMA else 0
                    sums.security += number if category is Category.SECURITY else 0
    return found


_CATEGORIES: Mapping[str, Category] = {code.value: CLASSIFICATION[code].category for code in IssueCode}


def breaches(measured: Mapping[QualityMetric, float], thresholds: QualityThresholds) -> list[QualityBreach]:
    """What is above its threshold (S0-73), in the order of the metrics."""
    if measured.get(QualityMetric.TOTAL_TRACES_PROCESSED, 0) < thresholds.least_traces:
        return []
    return [
        QualityBreach(metric, measured[metric], most)
        for metric, most in thresholds.most.items()
        if measured.get(metric, 0) > most
    ]
