"""The quality score: of 100, what is left when each trace has cost what its worst problem costs (S0-168)."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from ...core.issue import Severity
from ...core.word import Word
from .book import Combination
from .seen import HourCounts, Window

COSTS: Final[Mapping[Severity, float]] = {
    Severity.CRITICAL: 1.0,
    Severity.HIGH: 0.7,
    Severity.MEDIUM: 0.4,
    Severity.LOW: 0.2,
}
"""Of a trace that did not pass, by its worst problem."""
WARNED_COST: Final = 0.05
"""Of a trace that passed with a warning."""
GOOD: Final = 95.0
FAIR: Final = 80.0


class Level(Word):
    """The score in a word."""

    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"
    UNKNOWN = "unknown"
    """No trace was judged."""


def level_of(score: float | None) -> Level:
    """From 95 good, from 80 fair."""
    if score is None:
        return Level.UNKNOWN
    return Level.GOOD if score >= GOOD else Level.FAIR if score >= FAIR else Level.POOR


def failing_cost(
    combinations: Mapping[Combination, int], severity: Callable[[int], Severity], *, without: Combination
) -> float:
    """What these traces cost when the problems ``without`` are gone."""
    cost = 0.0
    for combination, traces in combinations.items():
        left = combination - without
        if left:
            cost += traces * max(COSTS[severity(number)] for number in left)
    return cost


def summed(hours: Iterable[HourCounts], window: Window) -> HourCounts:
    """The hours of a window together."""
    traces = warned = failing = remediated = quarantined = dead_lettered = 0
    for each in hours:
        if window.holds(each.hour):
            traces += each.traces
            warned += each.warned
            failing += each.failing
            remediated += each.remediated
            quarantined += each.quarantined
            dead_lettered += each.dead_lettered
    return HourCounts(window.first, traces, warned, failing, remediated, quarantined, dead_lettered)


def score_of(counts: HourCounts, evidenced: int, cost: float) -> float | None:
    """The score, with one digit; ``None`` without traces.

    ``evidenced`` traces cost ``cost`` together. Failing ones of which nothing more is known yet count as critical.
    """
    traces = max(counts.traces, evidenced)
    if not traces:
        return None
    unexplained = max(0, counts.failing - evidenced)
    lost = cost + unexplained * COSTS[Severity.CRITICAL] + counts.warned * WARNED_COST
    return round(max(0.0, 100.0 * (1 - lost / traces)), 1)
