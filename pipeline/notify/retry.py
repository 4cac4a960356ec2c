"""When to try again, and when to leave a destination alone for a while."""

from dataclasses import dataclass

from ..core.clock import NANOS_PER_SECOND
from ..policy.notifications import RetryPolicy

FAILURES_TO_OPEN = 5
FIRST_REST_S = 30
MOST_REST_S = 300


def wait_ns(policy: RetryPolicy, attempts: int, fraction: float, asked_s: float | None = None) -> int:
    """How long to wait after that many attempts: doubled each time, of which ``fraction`` (0 to 1, random) takes off
    up to a half, so that many do not come back at once. Never less than what the destination asked for.
    """
    doubled = min(policy.first << min(attempts - 1, 20), policy.most)
    return round(max(doubled * (1 - fraction / 2), asked_s or 0.0) * NANOS_PER_SECOND)


@dataclass(frozen=True, slots=True)
class Breaker:
    """One per channel. After some failures in a row it lets nothing through for a while, then one as a trial."""

    failures: int = 0
    """In a row."""
    closed_to_ns: int = 0
    """Nothing goes before this time."""

    def failed(self, now_ns: int) -> "Breaker":
        """One more failure; the rest is longer each time that the trial fails, up to ``MOST_REST_S``."""
        failures = self.failures + 1
        if failures < FAILURES_TO_OPEN:
            return Breaker(failures)
        rest = min(FIRST_REST_S << min(failures - FAILURES_TO_OPEN, 20), MOST_REST_S)
        return Breaker(failures, now_ns + rest * NANOS_PER_SECOND)

    @property
    def is_open(self) -> bool:
        """Whether the last that was tried did not bring it back."""
        return self.failures >= FAILURES_TO_OPEN
