"""Waiting until everything that was published is judged, and saying how far it is."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from assay.agents.generate import PublishResult
from assay.pipeline.core.errors import TransientError

LOOK_S = 0.1
STALL_S = 60.0
"""Nothing published and nothing judged for this long: it will not end by itself."""
RATE_OVER_S = 2.0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """How far a demo is."""

    seconds: float
    """Since the first trace was published."""
    total: int
    published: int
    judged: int
    rate: float
    """Judged in a second, over the last ``RATE_OVER_S``."""

    @property
    def lag(self) -> int:
        """Published and not judged yet."""
        return max(0, self.published - self.judged)


@dataclass(frozen=True, slots=True)
class Watched:
    """What was seen when all was judged."""

    seconds: float
    """From the first publish to the last committed outcome."""
    most_lag: int
    result: PublishResult


class Work(Protocol):
    """What is watched."""

    def published(self) -> int:
        """Acknowledged so far."""
        ...

    def result(self) -> PublishResult | None:
        """What came of publishing, or ``None`` as long as it goes on; raises what it failed of."""
        ...

    def judged(self) -> int:
        """Records of which the outcome is committed."""
        ...

    def end(self) -> int:
        """How many records the raw topic holds: at least those acknowledged."""
        ...

    def failure(self, why: str) -> TransientError:
        """The error to raise for what cannot go on."""
        ...

    def check(self) -> None:
        """Look after the worker; raises when it has ended."""
        ...


class Rate:
    """Events in a second over a sliding window."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def __call__(self, at: float, count: int) -> float:
        """Take in the count at this time; the rate since the oldest one in the window."""
        self._seen.append((at, count))
        while len(self._seen) > 2 and self._seen[1][0] <= at - RATE_OVER_S:
            self._seen.popleft()
        (first, before), (last, now) = self._seen[0], self._seen[-1]
        return (now - before) / (last - first) if last > first else 0.0


def watch(
    work: Work,
    total: int,
    show: Callable[[Snapshot], None],
    *,
    monotonic: Callable[[], float] = time.monotonic,
    pause: Callable[[float], None] = time.sleep,
) -> Watched:
    """Look until publishing has ended and every record on the topic is judged.

    Raises what publishing failed of, and :class:`TransientError` when the worker ends or nothing moves any more.
    """
    start = moved = monotonic()
    rate, before, most_lag = Rate(), (0, 0), 0
    while True:
        work.check()
        result = work.result()  # before the counts: when it is there, they are complete
        published, judged = work.published(), work.judged()
        now = monotonic()
        seen = Snapshot(now - start, total, published, judged, rate(now, judged))
        most_lag = max(most_lag, seen.lag)
        show(seen)
        if result is not None and judged >= work.end():
            return Watched(seen.seconds, most_lag, result)
        if (published, judged) != before:
            moved, before = now, (published, judged)
        elif now - moved > STALL_S:
            raise work.failure(
                f"nothing has moved for {STALL_S:.0f} s: {published:,} of {total:,} traces published, "
                f"{judged:,} of these judged"
            )
        pause(LOOK_S)
