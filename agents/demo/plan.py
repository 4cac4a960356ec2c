"""What a demo is to do."""

from collections.abc import Iterable
from dataclasses import dataclass

from assay.pipeline.generate import Generated

DEFAULT_RATE = 8000.0
"""Traces a second. A burst would measure how long traces queue; at this pace the two cores of a small machine,
shared by broker, producer and worker, keep up, so that latency is that of the pipeline."""


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
    rate: float = DEFAULT_RATE
    processes: int = 1
    stay: bool = False
    """Leave everything running, after the report, until a signal comes."""
    keep: bool = False
    """Leave this run's topics and journal behind, for a look at them later."""

    @property
    def total(self) -> int:
        """All traces of all loads."""
        return sum(load.count for load in self.loads)
