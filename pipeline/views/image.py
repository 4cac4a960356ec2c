"""A view in memory: what the script makes of deltas in Redis, written down once more to compare it with."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import assert_never

from .delta import Add, Cut, Delta, Drop, Put, Trim


@dataclass(slots=True)
class Image:
    """All that a view holds."""

    counters: dict[str, Counter[str]] = field(default_factory=dict)
    """By bucket."""
    expires_s: dict[str, int] = field(default_factory=dict)
    """When each bucket is forgotten."""
    documents: dict[str, dict[str, Put]] = field(default_factory=dict)
    """By collection and id."""

    def take(self, deltas: Iterable[Delta]) -> None:
        """Apply in order."""
        for delta in deltas:
            match delta:
                case Add():
                    self.counters.setdefault(delta.bucket, Counter()).update(delta.counts)
                    self.expires_s[delta.bucket] = delta.expires_s
                case Put():
                    self._of(delta.collection)[delta.id] = delta
                case Drop():
                    self._of(delta.collection).pop(delta.id, None)
                case Trim():
                    documents = self._of(delta.collection)
                    by_score = sorted(documents.values(), key=_rank, reverse=True)
                    for put in by_score[delta.keep :]:
                        del documents[put.id]
                case Cut():
                    documents = self._of(delta.collection)
                    for put in [put for put in documents.values() if put.score < delta.below]:
                        del documents[put.id]
                case _:
                    assert_never(delta)

    def _of(self, collection: str) -> dict[str, Put]:
        return self.documents.setdefault(collection, {})

    def indexed(self, collection: str) -> dict[str, dict[str, int]]:
        """Scores by index and id."""
        found: dict[str, dict[str, int]] = {}
        for put in self.documents.get(collection, {}).values():
            for index in put.indexes:
                found.setdefault(index, {})[put.id] = put.score
        return found

    def sums(self, collection: str) -> dict[str, int]:
        """The weights of all documents, added up; those that are 0 left out."""
        sums: Counter[str] = Counter()
        for put in self.documents.get(collection, {}).values():
            sums.update(put.weights)
        return {name: total for name, total in sums.items() if total}


def _rank(put: Put) -> tuple[int, bytes]:
    """As Redis sorts: by score, then by the bytes of the id."""
    return put.score, put.id.encode()
