"""What a view takes in: a closed set of changes, small enough to be applied by one script in one go (DESIGN 5).

A view is made of counters in buckets of time, and of documents with indexes. Both can be made again from the topics.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol, TypeAlias

from ..core.record import Record


class Add(NamedTuple):
    """Add numbers to the counters of a bucket, which is forgotten when its time is over."""

    bucket: str
    expires_s: int
    """Seconds since 1970."""
    counts: Mapping[str, int]
    """By counter: a JSON array of the words that it counts."""


class Put(NamedTuple):
    """Set a document, in place of the one of the same id, its indexes and weights included."""

    collection: str
    id: str
    score: int
    """What indexes are sorted by: milliseconds since 1970."""
    indexes: Sequence[str]
    weights: Mapping[str, int]
    """What it adds to the collection's sums while it is there."""
    value: str
    """The document as JSON."""


class Drop(NamedTuple):
    """Take a document away; nothing happens when there is none."""

    collection: str
    id: str


class Trim(NamedTuple):
    """Keep the ``keep`` documents of a collection with the highest scores (then the highest ids)."""

    collection: str
    keep: int


class Cut(NamedTuple):
    """Take away every document of a collection whose score is below a limit."""

    collection: str
    below: int


Delta: TypeAlias = Add | Put | Drop | Trim | Cut
ALL = "all"
"""The index that every document is in."""


class Fold(Protocol):
    """A view's pure part: what a run of records of one partition, in their order, changes.

    Never raises for what a record holds (D-15): what cannot be read is counted as that, or left out. Folding a run in two
    pieces changes the same as folding it in one.
    """

    def __call__(self, records: Sequence[Record], /) -> list[Delta]: ...
