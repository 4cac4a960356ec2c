"""What one peer did in one round, as its own process measured it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Run:
    """From the arrival of the first batch to the end of the last commit."""

    records: int
    wall_s: float
    cpu_s: float
    """Of all threads of the process."""
    rss_max_mb: float

    @property
    def per_second(self) -> float:
        """Records per second of the clock on the wall."""
        return self.records / self.wall_s

    @property
    def per_core_second(self) -> float:
        """Records per second of CPU: the unit of DESIGN 12."""
        return self.records / self.cpu_s

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """From what the child printed. Raises ``ValueError`` when nothing was measured."""
        run = cls(**document)
        if min(run.records, run.wall_s, run.cpu_s) <= 0:
            raise ValueError("a run of no records or no time")
        return run
