"""Quality over the last minutes, from the view ``counters`` (S0-67 … S0-80).

Every trace was judged once and is counted once, by the tally of its verdict: nothing is validated again (D-14).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..core.codes import IssueCode
from ..core.issue import Category, Severity
from ..core.outcome import Outcome
from ..core.word import Word
from ..policy.classification import CLASSIFICATION
from .buckets import MINUTE_S, minute_bucket, words_of

WINDOW_S = 300
"""S0-68."""
PERIOD_S = 60
"""S0-69."""
DETECTOR = "detector"


class QualityMetric(Word):
    """What is measured (S0-75 … S0-79)."""

    INVALID_TRACE_RATE = "invalid_trace_rate"
    """Traces that did not pass, of all."""
    CRITICAL_ISSUE_RATE = "critical_issue_rate"
    """Critical issues per trace."""
    SCHEMA_VIOLATION_RATE = "schema_violation_rate"
    """Issues of category schema per trace."""
    SECURITY_VIOLATION_RATE = "security_violation_rate"
    """Issues of category security per trace."""
    TOTAL_TRACES_PROCESSED = "total_traces_processed"


@dataclass(frozen=True, slots=True)
class QualityThresholds:
    """Above which value each metric is a breach; metrics that are not named have none."""

    most: Mapping[QualityMetric, float] = field(
        default_factory=lambda: {
            QualityMetric.INVALID_TRACE_RATE: 0.10,
            QualityMetric.CRITICAL_ISSUE_RATE: 0.05,
            QualityMetric.SCHEMA_VIOLATION_RATE: 0.10,
            QualityMetric.SECURITY_VIOLATION_RATE: 0.01,
        }
    )
    least_traces: int = 100
    """Below so many traces a rate says nothing: no breach."""


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


def quality(counts: Iterable[Mapping[str, int]], *, tenant: str = "") -> dict[QualityMetric, float]:
    """The metrics of these buckets, of one tenant or of all; empty when nothing was processed (S0-80)."""
    total = passed = critical = 0
    by_category = dict.fromkeys(Category, 0)
    for bucket in counts:
        for name, number in bucket.items():
            match words_of(name):
                case ["records", lane, whose, outcome, _] if lane == DETECTOR and tenant in {"", whose}:
                    total += number
                    passed += number if outcome == Outcome.VALID else 0
                case ["issues", lane, whose, code, severity] if lane == DETECTOR and tenant in {"", whose}:
                    critical += number if severity == Severity.CRITICAL else 0
                    if (category := _CATEGORIES.get(code)) is not None:
                        by_category[category] += number
    if not total:
        return {}
    return {
        QualityMetric.INVALID_TRACE_RATE: (total - passed) / total,
        QualityMetric.CRITICAL_ISSUE_RATE: critical / total,
        QualityMetric.SCHEMA_VIOLATION_RATE: by_category[Category.SCHEMA] / total,
        QualityMetric.SECURITY_VIOLATION_RATE: by_category[Category.SECURITY] / total,
        QualityMetric.TOTAL_TRACES_PROCESSED: float(total),
    }


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
