"""Counters by minute and by hour, summed up before they are written."""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import orjson

from .delta import Add

MINUTE_S: Final = 60
HOUR_S: Final = 3600
MINUTES_KEPT_S = 25 * HOUR_S
HOURS_KEPT_S = 29 * 24 * HOUR_S
"""Shorter than the retention of the tallies: a bucket can be made again for as long as it is there (promise 3)."""


MINUTES: Final = "m:"
HOURS: Final = "h:"
"""What names of buckets begin with."""
MOST_NAMES: Final = 32_768
"""Names of counters that are kept read: every bucket has the same ones."""


def counter(*words: str) -> str:
    """The name of a counter: a JSON array, so that no word can pass for two."""
    return orjson.dumps(words).decode()


@lru_cache(maxsize=MOST_NAMES)
def words_of(name: str) -> tuple[str, ...]:
    """The inverse of :func:`counter`. Raises ``ValueError`` for what is no such name."""
    words = orjson.loads(name)
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise ValueError("not the name of a counter")
    return tuple(words)


def minute_bucket(at_s: int) -> str:
    """The bucket of the minute that holds a time (seconds since 1970)."""
    return f"{MINUTES}{at_s // MINUTE_S * MINUTE_S}"


def hour_bucket(at_s: int) -> str:
    """The bucket of its hour."""
    return f"{HOURS}{at_s // HOUR_S * HOUR_S}"


class Buckets:
    """Sums of one run of records."""

    def __init__(self, kept_hours_s: int = HOURS_KEPT_S) -> None:
        self._kept_hours_s = kept_hours_s
        self._minutes: dict[int, Counter[str]] = {}
        self._hours: dict[int, Counter[str]] = {}

    def add(self, at_s: int, name: str, number: int) -> None:
        """Count in the minute and the hour of a time."""
        if number:
            self._minutes.setdefault(at_s // MINUTE_S * MINUTE_S, Counter())[name] += number
            self._hours.setdefault(at_s // HOUR_S * HOUR_S, Counter())[name] += number

    def deltas(self) -> Sequence[Add]:
        """What to write."""
        return [
            *(
                Add(minute_bucket(start), start + MINUTE_S + MINUTES_KEPT_S, counts)
                for start, counts in self._minutes.items()
            ),
            *(
                Add(hour_bucket(start), start + HOUR_S + self._kept_hours_s, counts)
                for start, counts in self._hours.items()
            ),
        ]
