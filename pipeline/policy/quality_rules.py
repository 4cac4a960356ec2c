"""``policies/quality.yaml`` as data: which metrics there are, and above which value somebody is told (S0-67, S0-75 … S0-79)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..core.word import Word


class QualityMetric(Word):
    """What is measured over the last five minutes."""

    INVALID_TRACE_RATE = "invalid_trace_rate"
    """Traces that did not pass, of all."""
    CRITICAL_ISSUE_RATE = "critical_issue_rate"
    """Critical issues per trace."""
    SCHEMA_VIOLATION_RATE = "schema_violation_rate"
    """Issues of category schema per trace."""
    SECURITY_VIOLATION_RATE = "security_violation_rate"
    """Issues of category security per trace."""
    TOTAL_TRACES_PROCESSED = "total_traces_processed"


RATES = tuple(metric for metric in QualityMetric if metric is not QualityMetric.TOTAL_TRACES_PROCESSED)
"""Metrics that can have a threshold: a number of traces is neither good nor bad."""
MOST: Mapping[QualityMetric, float] = {
    QualityMetric.INVALID_TRACE_RATE: 0.10,
    QualityMetric.CRITICAL_ISSUE_RATE: 0.05,
    QualityMetric.SCHEMA_VIOLATION_RATE: 0.10,
    QualityMetric.SECURITY_VIOLATION_RATE: 0.01,
}
"""What ships."""


@dataclass(frozen=True, slots=True)
class QualityThresholds:
    """Above which value each metric is a breach; metrics that are not named have none."""

    most: Mapping[QualityMetric, float] = field(default_factory=lambda: MOST)
    least_traces: int = 100
    """Below so many traces a rate says nothing: no breach."""
