"""From a record on a later topic to the one that it came from on an earlier one."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Protocol

from assay.pipeline.core.record import Source

from .facts import Marks, Place


class Named(Protocol):
    """A record of either topic, read."""

    @property
    def at(self) -> Source: ...
    @property
    def marks(self) -> Marks: ...
    @property
    def whole(self) -> bytes:
        """SHA-256 of the value."""
        ...


class Matching:
    """Records are known by their source on both topics; those that have none that can be read, by their content."""

    def __init__(self, trimmed: frozenset[int]) -> None:
        """``trimmed``: partitions of the earlier topic of which retention has removed the beginning."""
        self._trimmed = trimmed
        self._places: dict[Source | bytes, list[Source]] = defaultdict(list)
        self._first: dict[Place, int] = {}
        """By raw partition, the first source offset that is left on the earlier topic."""
        self._taken: Counter[Source | bytes] = Counter()

    def came(self, record: Named) -> None:
        """Enter a record of the earlier topic."""
        self._places[_name(record)].append(record.at)
        source = record.marks.source
        if source is not None:
            raw = Place(source.topic, source.partition)
            self._first[raw] = min(self._first.get(raw, source.offset), source.offset)

    def origin(self, record: Named) -> Source | None:
        """Where a record of the later topic came from. Those of one source take turns; a surplus one falls to the last."""
        name = _name(record)
        places = self._places.get(name)
        if not places:
            return None
        turn = min(self._taken[name], len(places) - 1)
        self._taken[name] += 1
        return places[turn]

    def of_source(self, source: Source | None) -> Sequence[Source]:
        """Where on the earlier topic the records of a source are."""
        return () if source is None else self._places.get(source, ())

    def sources(self) -> Mapping[Source | bytes, Sequence[Source]]:
        """All that came, by name."""
        return self._places

    def is_out_of_reach(self, source: Source | None) -> bool:
        """Whether retention has removed what it came from: sources keep their order, so only the first can be gone."""
        if source is None:
            return False
        first = self._first.get(Place(source.topic, source.partition))
        return source.partition in self._trimmed and (first is None or source.offset < first)


def _name(record: Named) -> Source | bytes:
    return record.marks.source or record.whole
