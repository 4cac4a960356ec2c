"""Answers that are kept for a moment: many look at the same ones."""

from collections.abc import Awaitable, Callable, Hashable
from typing import Any, Final

from assay.pipeline.core.clock import NANOS_PER_SECOND, Clock

MOST_KEPT: Final = 500


class Fresh:
    """Reads, and keeps what it read, each by a key that says all that it depends on: whose data it is above all."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[Hashable, tuple[float, Any]] = {}

    async def of(self, key: Hashable, fresh_s: float, read: Callable[[], Awaitable[Any]]) -> Any:
        """What was read less than ``fresh_s`` ago, or else what is read now. Raises what ``read`` raises."""
        now_s = self._clock.now_ns() / NANOS_PER_SECOND
        kept = self._kept.get(key)
        if kept is not None and now_s - kept[0] < fresh_s:
            return kept[1]
        found = await read()
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        self._kept[key] = now_s, found
        return found
