"""The rate limit of a job: a token bucket that starts empty."""

from dataclasses import dataclass

from ..core.clock import NANOS_PER_SECOND

TURNS_PER_S = 5
MOST_CHUNK = 500


@dataclass(slots=True)
class TokenBucket:
    """Gives out at most ``rate_per_s`` times the seconds since it was made, however it is asked.

    What was not taken is kept for a second, so that a slow transaction is caught up with and a pause is not.
    Times are those of a clock that never goes back (nanoseconds).
    """

    rate_per_s: int
    at_ns: int
    _tokens: float = 0.0

    @property
    def chunk(self) -> int:
        """How many to take at once: a fifth of a second's worth."""
        return max(1, min(self.rate_per_s // TURNS_PER_S, MOST_CHUNK))

    def wait_ns(self, number: int, now_ns: int) -> int:
        """How long until that many may be taken; 0 for now. At most as many as a second's worth, or :attr:`chunk`."""
        self._fill(now_ns)
        missing = number - self._tokens
        return 0 if missing <= 0 else -int(-missing * NANOS_PER_SECOND // self.rate_per_s)

    def take(self, number: int, now_ns: int) -> None:
        """Take them; call it only when :meth:`wait_ns` says so."""
        self._fill(now_ns)
        self._tokens -= number

    def _fill(self, now_ns: int) -> None:
        elapsed = max(now_ns - self.at_ns, 0)
        self.at_ns = max(now_ns, self.at_ns)
        self._tokens = min(
            self._tokens + elapsed * self.rate_per_s / NANOS_PER_SECOND,
            float(max(self.rate_per_s, self.chunk)),
        )
