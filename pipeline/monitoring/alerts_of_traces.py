"""Alerts about what producers send: how much of it is invalid, and how bad (S0-195 … S0-197, repaired as D-01 … D-04)."""

from .expressions import CRITICALS_DETECTED, INVALID_SHARE, JUDGED, OPEN_CRITICALS, risen
from .pace import MINUTE_S, Pace
from .rule import Alert, AlertSeverity

LEAST_TRACES = 100
"""Fewer in five minutes say nothing about a share: as in ``policies/quality.yaml``."""


def alerts_of_traces(pace: Pace) -> tuple[Alert, ...]:
    """In the order of the page of runbooks."""
    return (
        Alert(
            "HighInvalidTraceRate",
            f"{INVALID_SHARE} > 0.05\nand sum(increase({JUDGED}[5m])) >= {LEAST_TRACES}",
            AlertSeverity.WARNING,
            "More than 5 % of all traces are invalid",
            "Of the traces of the last five minutes, more than one in twenty did not pass. Nothing is lost: they are "
            "repaired, contained or kept for a person.",
            keep_s=5 * MINUTE_S,
        ),
        Alert(
            "CriticalTraceIssue",
            f"sum by (category) (\n  {risen(CRITICALS_DETECTED, pace.news_s, pace.known_s)}\n) > 0",
            AlertSeverity.CRITICAL,
            "A critical issue was found in a trace",
            "Category {{ $labels.category }}. The trace is contained. Whoever the policy calls is called by Assay's own "
            "notifier as well, whatever becomes of this alert.",
            team=None,
        ),
        Alert(
            "UnresolvedCriticalIssues",
            f"sum by (category) ({OPEN_CRITICALS}) > 0",
            AlertSeverity.CRITICAL,
            "A critical problem is open",
            "Category {{ $labels.category }}. It ends when every critical issue group of it is resolved or ignored.",
            team=None,
            keep_s=pace.settle_s,
        ),
    )
