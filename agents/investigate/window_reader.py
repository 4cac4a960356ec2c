"""Topics as somebody reads them who looks for something: by role, from a time on, with progress."""

from collections.abc import Callable, Collection
from typing import NamedTuple, Self

from assay.agents.audit.facts import Place
from assay.agents.audit.reader import Ranges, TopicReader
from assay.agents.settings import Settings
from assay.agents.topics import topic_name
from assay.pipeline.core.record import RawRecord, Source, source_of
from assay.pipeline.core.topics import TopicRole

Progress = Callable[[str, int, int], None]
"""Told of a stage, how many offsets of it are done, and how many there are; called often."""


class Latest(NamedTuple):
    """The last record of a key."""

    value: bytes
    at: Source


class WindowReader:
    """Reads committed records only. Every method blocks, and raises ``DependencyUnavailableError``.

    A topic that is not there is an empty one: whoever looks into things does so also where not all agents run.
    """

    def __init__(self, settings: Settings, progress: Progress) -> None:
        self._prefix = settings.topic_prefix
        self._progress = progress
        self._reader = TopicReader(settings)
        self._known: list[Place] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._reader.__exit__(*error)

    def places(self, role: TopicRole, partitions: Collection[int] | None = None) -> list[Place]:
        """The partitions of a topic: all, or those of these numbers."""
        if not self._known:
            self._known = self._reader.partitions([], [topic_name(each, self._prefix) for each in TopicRole])
        topic = topic_name(role, self._prefix)
        return [
            place
            for place in self._known
            if place.topic == topic and (partitions is None or place.partition in partitions)
        ]

    def require(self, role: TopicRole) -> None:
        """Raises :class:`ConfigError` when the topic is not there."""
        self._reader.partitions([topic_name(role, self._prefix)])

    def window(
        self, places: Collection[Place], since_ms: int | None, until_ms: int | None = None
    ) -> dict[Place, tuple[int, int]]:
        """The offsets from the first record of that time or later; all that retention has left for ``None``.

        The end is before the first record of ``until_ms`` or later, or what is committed now. Where records carry a
        producer's time, a clock that goes wrong makes the window longer, never shorter.
        """
        if not places:
            return {}
        stable = self._reader.stable(places)
        start = self._reader.low(places) if since_ms is None else self._reader.since(places, since_ms)
        end = {} if until_ms is None else self._reader.since(places, until_ms)
        return {
            place: (start.get(place, stable[place]), min(end.get(place, stable[place]), stable[place]))
            for place in places
        }

    def scan(self, stage: str, ranges: Ranges, handle: Callable[[RawRecord], None]) -> int:
        """Give every record of these offsets to ``handle``, each partition in order; how many offsets there were."""
        total = sum(max(0, end - start) for start, end in ranges.values())
        if not total:
            return 0
        done = 0

        def more(count: int) -> None:
            nonlocal done
            done += count
            self._progress(stage, done, total)

        self._reader.read(ranges, handle, more)
        self._progress(stage, total, total)
        return total

    def one(self, source: Source) -> RawRecord | None:
        """The record at exactly this place; ``None`` when it is gone, or never was."""
        place = Place(source.topic, source.partition)
        if place not in self._reader.partitions([], [source.topic]):
            return None
        low, stable = self._reader.low([place])[place], self._reader.stable([place])[place]
        found: list[RawRecord] = []
        if low <= source.offset < stable:
            self._reader.read({place: (source.offset, source.offset + 1)}, found.append)
        return found[0] if found else None

    def latest(self, role: TopicRole, keys: Collection[str] | None = None) -> dict[str, Latest]:
        """Of a compacted topic the last record of each key, or of these; deleted ones are left out."""
        found: dict[str, Latest] = {}

        def take(record: RawRecord) -> None:
            key = (record.key or b"").decode("ascii", "replace")
            if record.value is None:
                found.pop(key, None)
            elif keys is None or key in keys:
                found[key] = Latest(record.value, source_of(record))

        self.scan(role.value, self.window(self.places(role), None), take)
        return found


def silent(_stage: str, _done: int, _total: int) -> None:
    """Progress that nobody looks at."""
