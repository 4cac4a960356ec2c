"""Time: UTC, ``int`` nanoseconds since 1970, always passed in (OPERATIONS 4.1)."""

from datetime import UTC, datetime
from typing import Protocol

NANOS_PER_SECOND = 1_000_000_000
NANOS_PER_MILLI = 1_000_000


class Clock(Protocol):
    """What tells the time. ``agents.clock.SystemClock`` in a worker, ``testing.FakeClock`` in a test."""

    def now_ns(self) -> int:
        """Nanoseconds since 1970-01-01T00:00:00Z."""
        ...


def rfc3339(at_ns: int) -> str:
    """The wire form of a time: RFC 3339, nine digits of fraction, ``Z``.

    Negative times are times before 1970.
    """
    seconds, nanos = divmod(at_ns, NANOS_PER_SECOND)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{nanos:09d}Z"


def ns_of(text: str) -> int:
    """The inverse of :func:`rfc3339`. Raises ``ValueError`` for any other form of a time."""
    whole, _, rest = text.partition(".")
    if (
        len(whole) != 19
        or len(rest) != 10
        or rest[9] != "Z"
        or not (rest[:9].isascii() and rest[:9].isdigit())
    ):
        raise ValueError("a time is RFC 3339 with nine digits of fraction and Z")
    seconds = datetime.fromisoformat(f"{whole}+00:00").timestamp()
    return round(seconds) * NANOS_PER_SECOND + int(rest[:9])
