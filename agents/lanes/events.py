"""What a lane reports of itself; telemetry listens."""

from collections.abc import Sequence
from typing import Protocol

from assay.pipeline.core.outgoing import Outgoing

from .step import SourceRange


class LaneEvents(Protocol):
    """Called by the engine, never raises, returns at once."""

    def committed(self, sources: Sequence[SourceRange], outgoing: Sequence[Outgoing], seconds: float) -> None:
        """A transaction became visible; it took that long from fetch to commit."""
        ...

    def rebuilt(self, slot: int, cause: str) -> None:
        """A slot's producer was thrown away and built anew."""
        ...

    def data_lost(self, topic: str, partition: int, records: int) -> None:
        """Retention removed records that had not been read: the one loss that Assay cannot prevent, only report."""
        ...


class NoEvents:
    """Listens to nothing."""

    def committed(self, sources: Sequence[SourceRange], outgoing: Sequence[Outgoing], seconds: float) -> None:
        """Nothing."""

    def rebuilt(self, slot: int, cause: str) -> None:
        """Nothing."""

    def data_lost(self, topic: str, partition: int, records: int) -> None:
        """Nothing."""
