"""What comes of the traces of a drill: the topics from where they ended when it began, and nothing of others."""

from collections.abc import Collection, Iterable, Mapping
from typing import Final, Self

from assay.agents.audit.facts import Place
from assay.agents.audit.reader import TopicReader
from assay.agents.settings import Settings
from assay.agents.topics import topic_name
from assay.pipeline.core import headers as names
from assay.pipeline.core.record import RawRecord, Source
from assay.pipeline.core.topics import TopicRole

OF_THE_WAY: Final = frozenset(
    {
        TopicRole.VALID,
        TopicRole.INVALID,
        TopicRole.REMEDIATED,
        TopicRole.QUARANTINE,
    }
)
"""Topics on which a record keeps its partition number: of the others there is nothing to be read, whatever the load."""
WATCHED: Final = (
    *OF_THE_WAY,
    TopicRole.DEAD_LETTER,
    TopicRole.RECEIPTS,
    TopicRole.ISSUE_GROUPS,
    TopicRole.ESCALATIONS,
    TopicRole.ESCALATION_STATE,
    TopicRole.TASKS,
    TopicRole.REPLAYS,
)


class Watch:
    """Reads on, topic by topic, when it is asked to. Every method blocks and raises ``DependencyUnavailableError``."""

    def __init__(self, settings: Settings) -> None:
        """Begins now: what was written before is not seen. Raises :class:`ConfigError` for topics that are not there."""
        self._roles = {topic_name(role, settings.topic_prefix): role for role in WATCHED}
        self._reader = TopicReader(settings)
        places = self._reader.partitions(self._roles)
        self._positions = self._reader.stable(places)
        self._sources: frozenset[bytes] = frozenset()
        self._partitions: frozenset[int] = frozenset()
        self._keys: set[bytes] = set()
        self._found: dict[TopicRole, list[RawRecord]] = {role: [] for role in WATCHED}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._reader.__exit__()

    def follow(self, sources: Collection[Source], keys: Iterable[str] = ()) -> None:
        """Look for what is made of these raw records, and for records with these keys: groups and jobs."""
        self._sources = frozenset(str(source).encode() for source in sources)
        self._partitions = frozenset(source.partition for source in sources)
        self.follow_keys(keys)

    def follow_keys(self, keys: Iterable[str]) -> None:
        """Look for records with these keys too."""
        self._keys.update(key.encode() for key in keys)

    def poll(self, roles: Collection[TopicRole]) -> None:
        """Read what has come on these topics since they were read last."""
        places = [place for place in self._positions if self._is_wanted(place, roles)]
        ends = self._reader.stable(places)
        ranges = {
            place: (self._positions[place], end)
            for place, end in ends.items()
            if end > self._positions[place]
        }
        if ranges:
            self._reader.read(ranges, self._take)
            self._positions |= {place: end for place, (_, end) in ranges.items()}

    def found(self, role: TopicRole) -> list[RawRecord]:
        """What came on a topic so far, in order per partition."""
        return self._found[role]

    def by_source(self, role: TopicRole) -> Mapping[str, RawRecord]:
        """What came on a topic, by the first raw record that it comes from."""
        return {_root(record): record for record in self._found[role]}

    def last(self, role: TopicRole) -> Mapping[str, RawRecord]:
        """What came last for each key."""
        return {(record.key or b"").decode("ascii", "replace"): record for record in self._found[role]}

    def _is_wanted(self, place: Place, roles: Collection[TopicRole]) -> bool:
        role = self._roles[place.topic]
        return role in roles and (role not in OF_THE_WAY or place.partition in self._partitions)

    def _take(self, record: RawRecord) -> None:
        if record.key in self._keys or not self._sources.isdisjoint(
            value for name, value in record.headers if name in {names.SRC, names.REPLAY_OF} and value
        ):
            self._found[self._roles[record.topic]].append(record)


def _root(record: RawRecord) -> str:
    found = names.first(record.headers, names.REPLAY_OF) or names.first(record.headers, names.SRC)
    return (found or b"").decode("utf-8", "replace")
