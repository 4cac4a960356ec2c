"""Which raw records show a problem: all of them, however many, written as runs of offsets."""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ...core.record import Source


class Run(NamedTuple):
    """Offsets without a hole between them, both included."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Place:
    """The records of one partition."""

    topic: str
    partition: int
    runs: tuple[Run, ...]
    """Ascending."""

    @property
    def records(self) -> int:
        """How many."""
        return sum(run.last - run.first + 1 for run in self.runs)

    def sources(self) -> Iterator[Source]:
        """Each of them."""
        for run in self.runs:
            for offset in range(run.first, run.last + 1):
                yield Source(self.topic, self.partition, offset)


class Offsets:
    """Takes sources in any order and more than once; eight bytes each."""

    __slots__ = ("_places",)

    def __init__(self) -> None:
        self._places: dict[tuple[str, int], array[int]] = {}

    def add(self, source: Source) -> None:
        """Remember a record."""
        where = (source.topic, source.partition)
        offsets = self._places.get(where)
        if offsets is None:
            offsets = self._places[where] = array("q")
        offsets.append(source.offset)

    def places(self) -> tuple[Place, ...]:
        """All that was taken in, each once, by topic and partition."""
        return tuple(
            Place(topic, partition, runs_of(sorted(set(offsets))))
            for (topic, partition), offsets in sorted(self._places.items(), key=lambda item: item[0])
        )


def runs_of(offsets: Sequence[int]) -> tuple[Run, ...]:
    """Ascending offsets, each once, as runs."""
    runs: list[Run] = []
    for offset in offsets:
        if runs and runs[-1].last == offset - 1:
            runs[-1] = Run(runs[-1].first, offset)
        else:
            runs.append(Run(offset, offset))
    return tuple(runs)


def evidence_text(place: Place) -> str:
    """For people: ``traces.raw/3: 5, 9-12``."""
    runs = (str(run.first) if run.first == run.last else f"{run.first}-{run.last}" for run in place.runs)
    return f"{place.topic}/{place.partition}: {', '.join(runs)}"
