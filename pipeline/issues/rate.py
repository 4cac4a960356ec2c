"""How often: traces by minute and by hour, in a bounded number of buckets."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

MINUTES = 61
"""Enough for any moment of the last hour: the first one is cut."""
HOURS = 48
MINUTE_S = 60
HOUR_S = 3600

Buckets: TypeAlias = tuple[tuple[int, int], ...]
"""(number of the minute or hour since 1970, traces), ascending, without empty ones."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Traces by the time of their verdict. Facts may come in any order: what is too old for a bucket is not counted."""

    minutes: Buckets = ()
    hours: Buckets = ()

    def plus(self, second: int) -> "Rate":
        """With one more trace, of that second since 1970."""
        return Rate(
            _plus(self.minutes, second // MINUTE_S, MINUTES), _plus(self.hours, second // HOUR_S, HOURS)
        )

    def within_hour(self, second: int) -> int:
        """Traces of the 60 minutes up to and including the minute of ``second``."""
        last = second // MINUTE_S
        return sum(count for minute, count in self.minutes if last - 60 < minute <= last)


def _plus(buckets: Buckets, number: int, most: int) -> Buckets:
    if buckets and buckets[-1][0] == number:  # nearly always
        return (*buckets[:-1], (number, buckets[-1][1] + 1))
    counts = dict(buckets)
    counts[number] = counts.get(number, 0) + 1
    newest = max(counts)
    return tuple(sorted((n, count) for n, count in counts.items() if n > newest - most))


def buckets_of(rows: Sequence[Sequence[int]]) -> Buckets:
    """From what JSON makes of them. Raises ``ValueError`` or ``TypeError`` for anything else."""
    return tuple((int(number), int(count)) for number, count in rows)
