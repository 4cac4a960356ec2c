"""In which order to mend: each step is the one that brings most (S0-168)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from .book import Combination, EvidenceBook, Problem
from .score import failing_cost
from .seen import Window

MOST_STEPS = 10
MOST_CANDIDATES = 50
"""Of all problems, those with most traces are looked at: a step beyond them brings next to nothing."""


@dataclass(frozen=True, slots=True)
class PlannedFix:
    """Mending this problem, after those before it."""

    number: int
    """The problem's, in the book."""
    score_after: float


class _Choice(NamedTuple):
    """What costs least afterwards comes first; of equals the worst, then the most frequent problem."""

    cost: float
    severity: int
    traces: int
    fingerprint: str
    number: int


def improvement_plan(
    book: EvidenceBook, window: Window, score: Callable[[float], float | None]
) -> Sequence[PlannedFix]:
    """Steps until no trace fails any more. ``score``: what the score is when failing traces cost so much together.

    A step may bring nothing by itself: where traces have two problems, mending one of them helps after the other.
    """
    combinations = book.combinations(window)
    every = sorted(book.problems(), key=lambda each: (-each[1].traces, each[1].fingerprint))
    left: dict[int, Problem] = dict(every[:MOST_CANDIDATES])
    fixed: Combination = frozenset()
    steps: list[PlannedFix] = []
    while left and len(steps) < MOST_STEPS:
        choices = [
            _Choice(
                failing_cost(combinations, book.severity, without=fixed | {number}),
                -problem.severity.rank,
                -problem.traces,
                problem.fingerprint,
                number,
            )
            for number, problem in left.items()
        ]
        cost, *_, best = min(choices)
        reached = score(cost)
        if reached is None:
            break
        steps.append(PlannedFix(best, reached))
        if not cost:
            break
        fixed |= {best}
        del left[best]
    return steps
