"""What a benchmark found: figures, ratios between them, and whether the goals are met. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from .series import Series

DIGITS = 4
"""Significant digits of a figure in JSON: more would pretend."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times one figure is of another, by medians."""

    name: str
    figure: str
    to: str


class Bound(StrEnum):
    """On which side of its target a value must lie."""

    AT_LEAST = "at least"
    AT_MOST = "at most"


@dataclass(frozen=True, slots=True)
class Goal:
    """A target for a ratio or for the median of a figure."""

    measure: str
    bound: Bound
    target: float
    words: str


class Reached(StrEnum):
    """Whether a goal is met."""

    MET = "met"
    MISSED = "not met"
    NOT_MEASURED = "not measured"
    """Its peer was left out; that is no failure."""


@dataclass(frozen=True, slots=True)
class Results:
    """All series of a benchmark by name, and the tables that say what is made of them."""

    bench: str
    rounds: int
    machine: Mapping[str, Any]
    series: Mapping[str, Series]
    ratios: Sequence[Ratio]
    goals: Sequence[Goal]

    def ratio(self, ratio: Ratio) -> float | None:
        """Quotient of the medians; ``None`` when one of the two was not measured."""
        figure, to = self.series.get(ratio.figure), self.series.get(ratio.to)
        return None if figure is None or to is None else figure.median / to.median

    def value(self, measure: str) -> float | None:
        """A ratio, or else the median of a figure."""
        for ratio in self.ratios:
            if ratio.name == measure:
                return self.ratio(ratio)
        found = self.series.get(measure)
        return None if found is None else found.median

    def reached(self, goal: Goal) -> Reached:
        """Whether a goal is met."""
        value = self.value(goal.measure)
        if value is None:
            return Reached.NOT_MEASURED
        met = value >= goal.target if goal.bound is Bound.AT_LEAST else value <= goal.target
        return Reached.MET if met else Reached.MISSED

    def figures(self) -> Mapping[str, Series]:
        """What was measured, and each ratio round by round."""
        by_round = {
            ratio.name: self.series[ratio.figure].over(self.series[ratio.to])
            for ratio in self.ratios
            if ratio.figure in self.series and ratio.to in self.series
        }
        return {**self.series, **by_round}

    def document(self) -> dict[str, Any]:
        """The JSON of ``--json``."""
        return {
            "bench": self.bench,
            "rounds": self.rounds,
            "machine": dict(self.machine),
            "figures": {
                name: {key: _rounded(value) for key, value in asdict(series.figure()).items()}
                for name, series in self.figures().items()
            },
            "ratios": {ratio.name: _rounded(self.ratio(ratio)) for ratio in self.ratios},
        }


def _rounded(value: Any) -> Any:
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value
