"""What a slot of a keyed lane knows: the committed state of its keys, and when each wants a tick."""

import heapq
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from assay.pipeline.core.record import Record

log = logging.getLogger(__name__)

SPARE_ENTRIES = 1024
"""Entries of the heap that may be out of date before it is cleaned."""


class Place(NamedTuple):
    """A key on the partition where its state lies: the same key on two partitions has two states."""

    partition: int
    key: bytes


class KeyedState:
    """The committed states of a slot's keys. It changes only by what was committed, or read back."""

    def __init__(self, due: Callable[[bytes], int | None]) -> None:
        self._due_of = due
        self._states: dict[Place, bytes] = {}
        self._dues: dict[Place, int] = {}
        self._heap: list[tuple[int, Place]] = []
        """Those of ``_dues``, and older ones that are skipped when they come up."""

    def get(self, place: Place) -> bytes | None:
        """The state of a key; ``None`` when it has none."""
        return self._states.get(place)

    def items(self) -> Iterator[tuple[Place, bytes]]:
        """All states."""
        return iter(self._states.items())

    def __len__(self) -> int:
        return len(self._states)

    def read_back(self, records: Sequence[Record]) -> None:
        """Take in records of the state topic, in order per partition: the last of a key counts, no value ends it."""
        for record in records:
            if record.key is not None:
                self._put(Place(record.partition, record.key), record.value)

    def plan_ticks(self) -> None:
        """Ask for every key's due time, after all was read back: earlier states of a key would be asked in vain."""
        self._heap.clear()
        self._dues.clear()
        for place, state in self._states.items():
            self._plan(place, state)

    def apply(self, changes: Mapping[Place, bytes | None]) -> None:
        """Take in what was committed."""
        for place, state in changes.items():
            self._put(place, state)
            self._plan(place, state)

    def mute(self, place: Place) -> None:
        """No tick for this key until its state changes."""
        self._dues.pop(place, None)

    def next_due(self) -> int | None:
        """When the next tick is wanted."""
        while self._heap:
            due, place = self._heap[0]
            if self._dues.get(place) == due:
                return due
            heapq.heappop(self._heap)
        return None

    def due_by(self, now_ns: int, most: int) -> list[Place]:
        """Up to ``most`` keys whose time has come, the longest waiting first. They stay due until they change."""
        found: list[tuple[int, Place]] = []
        while len(found) < most:
            due = self.next_due()
            if due is None or due > now_ns:
                break
            entry = heapq.heappop(self._heap)
            if not found or found[-1] != entry:  # planned twice for the same time
                found.append(entry)
        for entry in found:
            heapq.heappush(self._heap, entry)
        return [place for _, place in found]

    def _put(self, place: Place, state: bytes | None) -> None:
        if state is None:
            self._states.pop(place, None)
        else:
            self._states[place] = state

    def _plan(self, place: Place, state: bytes | None) -> None:
        due = None if state is None else self._asked(place, state)
        if due is None:
            self._dues.pop(place, None)
        elif self._dues.get(place) != due:
            self._dues[place] = due
            heapq.heappush(self._heap, (due, place))
            if len(self._heap) > 2 * len(self._dues) + SPARE_ENTRIES:
                # A key whose due time moves ahead with every record leaves an old entry behind each time.
                self._heap = [(planned, each) for each, planned in self._dues.items()]
                heapq.heapify(self._heap)

    def _asked(self, place: Place, state: bytes) -> int | None:
        try:
            return self._due_of(state)
        except Exception as error:  # noqa: BLE001 - the edge: a state that cannot be read must not stop its neighbours
            kind = type(error).__name__
            log.error("no tick for a key on partition %d: %s", place.partition, kind)  # noqa: TRY400 - its text may quote the state
            return None
