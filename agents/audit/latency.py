"""Detection latency, from the histograms of the tallies."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Histogram:
    """Milliseconds: how many fell into each bucket up to (and including) its bound, and the largest of all."""

    bounds: tuple[float, ...]
    counts: tuple[int, ...]
    largest: float

    def __post_init__(self) -> None:
        """Raises ``ValueError`` for bounds that do not rise or do not pair with the counts."""
        if len(self.bounds) != len(self.counts) or list(self.bounds) != sorted(set(self.bounds)):
            raise ValueError("rising bounds, one count each")


def merge(histograms: Iterable[Histogram]) -> Histogram:
    """All of them as one; buckets need not be the same."""
    counts: dict[float, int] = {}
    largest = 0.0
    for histogram in histograms:
        largest = max(largest, histogram.largest)
        for bound, count in zip(histogram.bounds, histogram.counts, strict=True):
            counts[bound] = counts.get(bound, 0) + count
    bounds = tuple(sorted(counts))
    return Histogram(bounds, tuple(counts[bound] for bound in bounds), largest)


def quantile(histogram: Histogram, share: float) -> float | None:
    """The latency that this share of records stayed at or below, straight lines within a bucket; ``None`` of none."""
    rank = share * sum(histogram.counts)
    if not rank:
        return None
    below, lower = 0, 0.0
    for bound, count in zip(histogram.bounds, histogram.counts, strict=True):
        upper = min(bound, max(histogram.largest, lower))
        if count and below + count >= rank:
            return lower + (upper - lower) * (rank - below) / count
        below, lower = below + count, upper
    return lower
