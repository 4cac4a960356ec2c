"""What a demo is to do."""

from collections.abc import Iterable
from dataclasses import dataclass

from assay.pipeline.generate import Generated


@dataclass(frozen=True, slots=True)
class Load:
    """Some of the traces that come in."""

    name: str
    count: int
    items: Iterable[Generated]
    """Taken once."""


@dataclass(frozen=True, slots=True)
class DemoPlan:
    """Loads are published one after the other."""

    loads: tuple[Load, ...]
    rate: float | None = None
    """Traces published in a second; ``None``: as many as the worker follows, see ``pace.py``."""
    processes: int = 1
    stay: bool = False
    """Leave everything running, after the report, until a signal comes."""
    keep: bool = False
    """Leave this run's topics and journal behind, for a look at them later."""

    @property
    def total(self) -> int:
        """All traces of all loads."""
        return sum(load.count for load in self.loads)
