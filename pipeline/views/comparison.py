"""A view as it is against a view as it should be (promise 3: Kafka is the truth)."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from .image import Image

MOST_SHOWN = 100
"""Differences that are listed; all are counted."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that the topics say otherwise. Names and numbers only."""

    where: str
    topics: int | str | None
    """What the topics say; ``None`` = nothing."""
    view: int | str | None
    """What the view holds."""


def differences(topics: Image, view: Image, *, now_s: int, oldest_ms: int = 0) -> Iterator[Difference]:
    """All of them. Buckets that are about to be forgotten at ``now_s``, and documents older than ``oldest_ms``, are left
    out: the two sides need not forget them in the same moment.
    """
    buckets = view.expires_s | topics.expires_s  # the topics' word on when counts
    for bucket in sorted(bucket for bucket, expires_s in buckets.items() if expires_s > now_s):
        mine, theirs = topics.counters.get(bucket, Counter()), view.counters.get(bucket, Counter())
        for name in sorted(mine.keys() | theirs.keys()):
            if mine.get(name, 0) != theirs.get(name, 0):
                yield Difference(f"{bucket} {name}", mine.get(name, 0), theirs.get(name, 0))
    for collection in sorted(topics.documents.keys() | view.documents.keys()):
        yield from _of_documents(collection, topics, view, oldest_ms)


def _of_documents(collection: str, topics: Image, view: Image, oldest_ms: int) -> Iterator[Difference]:
    mine, theirs = topics.documents.get(collection, {}), view.documents.get(collection, {})
    for name in sorted(mine.keys() | theirs.keys()):
        here, there = mine.get(name), theirs.get(name)
        if max(here.score if here else 0, there.score if there else 0) < oldest_ms:
            continue
        if here is None or there is None:
            yield Difference(f"{collection} {name}", _is(here), _is(there))
        elif here.value != there.value or here.score != there.score:
            yield Difference(f"{collection} {name}", "as written", "another document")
        elif sorted(here.indexes) != sorted(there.indexes) or dict(here.weights) != dict(there.weights):
            yield Difference(f"{collection} {name}", "as written", "other indexes")


def _is(found: object) -> str | None:
    return None if found is None else "is there"
