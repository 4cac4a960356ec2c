"""The books: raw records on one side, what became of them on the other.

Fed in this order: raw records with their partition's state, then outcomes (each partition in offset order),
tallies and journal. What can be judged at once is judged at once, so that little has to be kept.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from assay.pipeline.core.record import Source
from assay.pipeline.core.topics import TopicRole

from .facts import Contents, Envelope, Fate, OutcomeSeen, Place, RawFact
from .tally import Tally

NEVER = -1
"""The committed offset of a group that has never committed: everything is in flight."""

ORDERED = (
    TopicRole.VALID,
    TopicRole.INVALID,
    TopicRole.CLASSIFIED,
    TopicRole.REMEDIATED,
    TopicRole.QUARANTINE,
)
"""Outcome topics that keep their source's partition number, and so the order of their sources."""


@dataclass(slots=True)
class RawPartition:
    """A partition of a raw topic."""

    low: int
    """The first offset that retention has left."""
    committed: int
    """The group's committed offset, taken before anything else was looked at, or :data:`NEVER`."""
    facts: dict[int, RawFact] = field(default_factory=dict)
    """By offset, in order; only what a ``read_committed`` reader sees, so with holes."""
    fates: dict[int, tuple[Fate, ...]] = field(default_factory=dict)
    """By offset; none for a record without an outcome."""


@dataclass(frozen=True, slots=True)
class OpenTransaction:
    """Readers of this partition cannot get from ``stable`` to ``high``."""

    place: Place
    stable: int
    high: int


class Count(NamedTuple):
    """How much of what came in is accounted for. ``records = accounted + in_flight + expired + missing``."""

    records: int
    accounted: int
    in_flight: int
    """At or after the committed offset, and nothing has become of them yet."""
    expired: int
    """Retention may have removed what became of them."""


class Ledger:
    """Everything that the checks look at."""

    def __init__(
        self,
        raw: Mapping[Place, RawPartition],
        *,
        shared: frozenset[str] = frozenset(),
        trimmed: frozenset[tuple[TopicRole, int]] = frozenset(),
    ) -> None:
        self.raw = raw
        self.shared = shared
        """Raw topics of which the body names the tenant."""
        self.trimmed = trimmed
        """Outcome partitions (role, number) of which retention has removed the beginning."""
        self.committed_after: Mapping[Place, int] = {}
        """Committed offsets taken last, after all outcomes were read; empty = not looked at."""
        self.open_transactions: list[OpenTransaction] = []
        self.tallies: list[Tally] = []
        self.by_role: Counter[TopicRole] = Counter()
        self.by_code: Counter[str] = Counter()
        self.by_contents: Counter[type[Contents]] = Counter()
        """Failing traces by what became of their payload when it was opened."""
        self.out_of_reach = 0
        """Outcomes whose raw record retention has removed."""
        self.latest_source: dict[tuple[Place, Place], int] = {}
        """The largest source offset so far on each way from a raw partition to an outcome partition."""
        self._first_source: dict[tuple[TopicRole, Place], int] = {}
        self._fates: dict[Fate, Fate] = {}

    def enter(self, outcome: OutcomeSeen) -> None:
        """Book an outcome beside its raw record, if there is one."""
        self.by_role[outcome.role] += 1
        self.by_code.update(outcome.codes)
        if isinstance(outcome.envelope, Envelope) and outcome.envelope.contents is not None:
            self.by_contents[type(outcome.envelope.contents)] += 1
        source = outcome.marks.source
        if source is None:
            return
        place = Place(source.topic, source.partition)
        self._first_source.setdefault((outcome.role, place), source.offset)
        way = way_of(outcome, source)
        self.latest_source[way] = max(self.latest_source.get(way, -1), source.offset)
        partition = self.raw.get(place)
        if partition is None or source.offset not in partition.facts:
            self.out_of_reach += partition is not None and source.offset < partition.low
            return
        marks = outcome.marks
        fate = Fate(
            outcome.role,
            marks.tenant,
            marks.outcome or word_of(outcome.role),
            marks.reason,
            marks.attempt,
            outcome.codes,
        )
        fate = self._fates.setdefault(fate, fate)
        partition.fates[source.offset] = (*partition.fates.get(source.offset, ()), fate)

    def fact_of(self, source: Source | None) -> RawFact | None:
        """The raw record at a source, if a reader can see one there."""
        if source is None:
            return None
        partition = self.raw.get(Place(source.topic, source.partition))
        return None if partition is None else partition.facts.get(source.offset)

    def count(self) -> Count:
        """Over all partitions."""
        records = accounted = in_flight = expired = 0
        for place, partition in self.raw.items():
            records += len(partition.facts)
            accounted += len(partition.fates)
            for offset in partition.facts.keys() - partition.fates.keys():
                if offset >= partition.committed:
                    in_flight += 1
                elif self.may_have_expired(place, offset):
                    expired += 1
        return Count(records, accounted, in_flight, expired)

    def may_have_expired(self, place: Place, offset: int) -> bool:
        """Whether a record's outcome may have been there until retention removed it.

        Outcomes keep the order of their sources, so only those before the first that is left can be gone.
        """
        return any(
            (role, place.partition) in self.trimmed
            and offset < self._first_source.get((role, place), offset + 1)
            for role in ORDERED
        )


def way_of(outcome: OutcomeSeen, source: Source) -> tuple[Place, Place]:
    """From which raw partition to which outcome partition."""
    return Place(source.topic, source.partition), Place(outcome.at.topic, outcome.at.partition)


def word_of(role: TopicRole) -> str:
    """What tallies call the way into this topic."""
    return {
        TopicRole.VALID: "valid",
        TopicRole.INVALID: "invalid",
        TopicRole.CLASSIFIED: "classified",
        TopicRole.REMEDIATED: "remediated",
        TopicRole.QUARANTINE: "quarantined",
        TopicRole.DEAD_LETTER: "dead_lettered",
    }[role]
