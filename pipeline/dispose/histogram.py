"""Latency in buckets: counts that can be added up over transactions, lanes and workers."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

from ..core.document import Json

BOUNDS_MS = (
    *(1, 2, 5, 10, 15, 20, 25, 30, 40, 50, 60, 75, 100),
    *(125, 150, 200, 250, 300, 400, 500, 750, 1000, 2000, 5000, 10_000),
)
"""Upper bounds of the buckets, inclusive; one more bucket holds what is above the last."""
BUCKETS = len(BOUNDS_MS) + 1
INFINITE = "+Inf"


def bucket_of(milliseconds: int) -> int:
    """The index of the bucket that a latency falls into."""
    return bisect_left(BOUNDS_MS, milliseconds)


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many latencies fell into each bucket (not cumulative), their sum and the largest, in milliseconds."""

    counts: tuple[int, ...] = (0,) * BUCKETS
    sum: int = 0
    max: int = 0

    @property
    def total(self) -> int:
        """How many latencies there are."""
        return sum(self.counts)

    def to_json(self) -> dict[str, Json]:
        """The member ``latency_ms`` of a tally."""
        return {
            "le": [*BOUNDS_MS, INFINITE],
            "counts": list(self.counts),
            "sum": self.sum,
            "max": self.max,
        }

    @classmethod
    def from_json(cls, document: Json) -> "Histogram":
        """The inverse of :meth:`to_json`. Raises ``ValueError`` for other buckets: they cannot be added to these."""
        match document:
            case {"le": [*bounds], "counts": [*counts], "sum": int(total), "max": int(largest)}:
                whole = tuple(count for count in counts if isinstance(count, int))
                if bounds == [*BOUNDS_MS, INFINITE] and len(whole) == len(counts) == BUCKETS:
                    return cls(whole, total, largest)
        raise ValueError("not a latency histogram with the buckets of this version")


def merge(histograms: Iterable[Histogram]) -> Histogram:
    """All of them as one; of none, the empty one."""
    counts = [0] * BUCKETS
    total = largest = 0
    for histogram in histograms:
        counts = [one + other for one, other in zip(counts, histogram.counts, strict=True)]
        total += histogram.sum
        largest = max(largest, histogram.max)
    return Histogram(tuple(counts), total, largest)


def quantile(histogram: Histogram, q: float) -> float | None:
    """The latency, in milliseconds, that a share ``q`` (0 … 1) does not exceed; ``None`` when there are none.

    Linear inside a bucket, so it errs by less than the bucket's width, and never above the largest.
    Raises ``ValueError`` for a ``q`` outside 0 … 1.
    """
    if not 0 <= q <= 1:
        raise ValueError("a quantile is a share from 0 to 1")
    rank = q * histogram.total
    if histogram.total == 0:
        return None
    for index, reached in enumerate(accumulate(histogram.counts)):
        count = histogram.counts[index]
        if count and reached >= rank:
            low = BOUNDS_MS[index - 1] if index else 0
            high = BOUNDS_MS[index] if index < len(BOUNDS_MS) else max(histogram.max, low)
            within = low + (high - low) * (rank - (reached - count)) / count
            return float(min(within, histogram.max))
    raise AssertionError("the last bucket that is not empty reaches every rank")
