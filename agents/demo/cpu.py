"""CPU time of processes that may die and be replaced on the way."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

ProcessKey: TypeAlias = tuple[int, float]
"""Number and start time: a number alone is handed out again."""


class CpuMeter:
    """Seconds of CPU since it was made, over all processes that ``read`` has shown."""

    def __init__(self, read: Callable[[], Mapping[ProcessKey, float]]) -> None:
        self._read = read
        self._before = dict(read())
        self._latest = dict(self._before)

    def look(self) -> None:
        """Look often: what a process uses between the last look and its death is not seen."""
        self._latest.update(self._read())

    @property
    def seconds(self) -> float:
        """At the last look."""
        return sum(self._latest.values()) - sum(self._before.values())

    @property
    def came(self) -> int:
        """Processes that were not there at the beginning."""
        return len(self._latest) - len(self._before)
