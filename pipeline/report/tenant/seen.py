"""What a tenant report is made of: what was counted hour by hour, and which traces had which problem."""

from dataclasses import dataclass
from typing import NamedTuple

from ...core.issue import Category, Severity
from ...core.record import Source

HOUR_S = 3600


class Seen(NamedTuple):
    """One trace had one problem."""

    fingerprint: str
    code: str
    category: Category
    severity: Severity
    blocking: bool
    subject: str
    path: str
    rule: str
    occurrences: int
    producer: str
    version: str
    source: Source
    detected_at: str
    at_s: int
    """The same time in seconds since 1970."""


@dataclass(frozen=True, slots=True)
class HourCounts:
    """What the tallies of one hour say of a tenant. Exact, since a tally commits with what it counts."""

    hour: int
    """Its number since 1970."""
    traces: int = 0
    warned: int = 0
    """Passed, with an issue that does not block."""
    failing: int = 0
    remediated: int = 0
    quarantined: int = 0
    dead_lettered: int = 0


class Window(NamedTuple):
    """Whole hours: ``[first, end)``, by their numbers since 1970."""

    first: int
    end: int

    @property
    def before(self) -> "Window":
        """As many hours before it."""
        return Window(self.first - (self.end - self.first), self.first)

    def holds(self, hour: int) -> bool:
        """Whether the hour is one of these."""
        return self.first <= hour < self.end


def window_of(since_s: int, now_s: int) -> Window:
    """From the hour that holds ``since_s`` to the one that runs, at least one."""
    first, running = since_s // HOUR_S, now_s // HOUR_S
    return Window(min(first, running), running + 1)
