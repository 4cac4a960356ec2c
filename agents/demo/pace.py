"""How fast to publish: as fast as the worker follows, so that latency is not time in a queue."""

import time
from collections.abc import Callable, Iterable, Iterator
from threading import Event
from typing import TypeVar

FIRST, LEAST, MOST = 1000.0, 200.0, 8000.0
"""Traces a second. It begins slowly, for a broker that has just started; at ``MOST`` two cores, shared by broker,
producer and worker, are busy but not full."""
EVERY_S = 0.5
FASTER, SLOWER = 1.25, 0.7
SHORT_S, LONG_S = 0.2, 0.4
"""Lag in seconds of the current pace: below the one there is room, above the other the worker does not follow."""
CATCH_UP_S = 0.05
"""After a stall no more than this is made good: a burst would queue."""

T = TypeVar("T")


class Pace:
    """A rate that follows the lag. Adjusted by one thread, kept by another."""

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.rate = FIRST
        self._monotonic = monotonic
        self._adjusted = 0.0

    def adjust(self, seconds: float, lag: int) -> None:
        """Take in the lag at this time, in seconds since the start; calls more often than ``EVERY_S`` are ignored."""
        if seconds - self._adjusted < EVERY_S:
            return
        self._adjusted = seconds
        if lag > self.rate * LONG_S:
            self.rate = max(LEAST, self.rate * SLOWER)
        elif lag < self.rate * SHORT_S:
            self.rate = min(MOST, self.rate * FASTER)

    def keep(self, items: Iterable[T], stop: Event) -> Iterator[T]:
        """The items, each when it is due; at once when ``stop`` is set."""
        due = self._monotonic()
        for item in items:
            now = self._monotonic()
            due = max(due, now - CATCH_UP_S) + 1 / self.rate
            if due > now:
                stop.wait(due - now)
            yield item
