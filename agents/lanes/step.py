"""What a lane runs on its batches: pure, one object per transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.record import Record


@dataclass(frozen=True, slots=True)
class SourceRange:
    """What one transaction read of one partition: positions before and after, and how many records lay between."""

    topic: str
    partition: int
    first: int
    next: int
    fetched: int


class Work(Protocol):
    """The work of one transaction. Either it is finished, or it never happened."""

    def add(self, records: Sequence[Record], now_ns: int) -> None:
        """Judge these records of one partition, in order. Must not raise for what a record holds."""
        ...

    def add_killer(self, record: Record, deaths: int, now_ns: int) -> None:
        """Give a record that ended ``deaths`` processes its outcome, without looking into it (rule 10)."""
        ...

    def finish(self, sources: Sequence[SourceRange], now_ns: int) -> Sequence[Outgoing]:
        """Everything to write for what was added."""
        ...


class LaneStep(Protocol):
    """A lane's pure part."""

    def begin(self) -> Work:
        """Start the work of one transaction."""
        ...
