"""Test helpers that ship: for Assay's own tests, and for those of rule and schema authors."""

from .core.record import Headers, RawRecord


class FakeClock:
    """A clock that moves only when it is told to."""

    def __init__(self, now_ns: int = 1_763_715_600_000_000_000) -> None:
        self._now_ns = now_ns

    def now_ns(self) -> int:
        """The time that was last set."""
        return self._now_ns

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._now_ns += round(seconds * 1_000_000_000)


def raw_record(
    value: bytes | None,
    *,
    key: bytes | None = b"key",
    headers: Headers = (),
    topic: str = "traces.raw",
    partition: int = 0,
    offset: int = 0,
    timestamp: int = 1_763_715_600_000,
) -> RawRecord:
    """A raw record with defaults for what a test does not care about."""
    return RawRecord(topic, partition, offset, timestamp, key, value, headers)
