"""The generic cell rate algorithm: so many a minute, so many at once, and one number to remember."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from ..core.clock import NANOS_PER_SECOND


@dataclass(frozen=True, slots=True)
class Allowed:
    """Go ahead; remember ``tat_ns``."""

    tat_ns: int


@dataclass(frozen=True, slots=True)
class Limited:
    """Not before ``retry_at_ns``."""

    retry_at_ns: int


Decision: TypeAlias = Allowed | Limited


@dataclass(frozen=True, slots=True)
class Gcra:
    """In any time t at most ``burst + per_minute · t`` are allowed. Times are nanoseconds."""

    per_minute: int
    burst: int

    def decide(self, tat_ns: int, now_ns: int) -> Decision:
        """Whether one more may go now. ``tat_ns``: what the last :class:`Allowed` said; 0 at first."""
        earliest = tat_ns - (self.burst - 1) * self._interval
        if now_ns < earliest:
            return Limited(earliest)
        return Allowed(self.after(tat_ns, now_ns))

    def after(self, tat_ns: int, now_ns: int) -> int:
        """What to remember when one went then."""
        return max(tat_ns, now_ns) + self._interval

    def replay(self, times_ns: Iterable[int]) -> int:
        """What is to be remembered when messages went at these times."""
        tat_ns = 0
        for at_ns in sorted(times_ns):
            tat_ns = self.after(tat_ns, at_ns)
        return tat_ns

    @property
    def _interval(self) -> int:
        return 60 * NANOS_PER_SECOND // self.per_minute
