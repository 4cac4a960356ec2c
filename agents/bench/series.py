"""Figures of several rounds, and what one line of a report says of them. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from statistics import median


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a report, and how far the rounds lay apart."""

    median: float
    min: float
    max: float
    unit: str


@dataclass(frozen=True, slots=True)
class Series:
    """One value a round, in the order of the rounds; never empty."""

    unit: str
    values: tuple[float, ...]

    @property
    def median(self) -> float:
        """The value in the middle: one disturbed round does not move it far."""
        return median(self.values)

    def figure(self) -> Figure:
        """For the report."""
        return Figure(self.median, min(self.values), max(self.values), self.unit)

    def over(self, other: "Series") -> "Series":
        """Round by round, how many times the other: neighbours in time met the same disturbances."""
        return Series("ratio", tuple(a / b for a, b in zip(self.values, other.values, strict=True)))


def percentile(counts: Mapping[int, int], share: float) -> int:
    """The smallest value that at least ``share`` (0 … 1) of all do not exceed, from how often each occurred.

    Raises ``ValueError`` when nothing was counted.
    """
    needed = max(1, ceil(share * sum(counts.values())))
    seen = 0
    for value in sorted(counts):
        seen += counts[value]
        if seen >= needed:
            return value
    raise ValueError("nothing was counted")
