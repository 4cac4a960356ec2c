"""Reading views. Built with a tenant it gives that tenant's data and no other's (DESIGN 9)."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from redis.exceptions import RedisError

from assay.agents.settings import Settings
from assay.pipeline.core.document import Json
from assay.pipeline.views import ALL
from assay.pipeline.views.buckets import words_of

from .redis_client import as_unavailable, view_client
from .view_keys import ViewKeys, view_keys

_OF_TENANTS = frozenset({"records", "issues"})
"""Counters whose third word is a tenant."""


class Shown(NamedTuple):
    """A document of a view."""

    id: str
    score: int
    document: dict[str, Json]


class Extent(NamedTuple):
    """How large a collection is, and the lowest score in it: ``None`` when it is empty."""

    documents: int
    oldest: int | None


class ViewReader:
    """Reads one view. Every method raises ``ViewUnavailableError``; a view that is not there is empty.

    What belongs to another tenant is not there either: a reader built with a tenant cannot be asked for it.
    """

    def __init__(self, url: str, keys: ViewKeys, tenant: str = "", *, client: Any = None) -> None:
        """``tenant`` empty = all, for operators. A ``client`` is shared, and closed by who made it."""
        # Its answers are typed for every way of decoding at once.
        self._redis: Any = client or view_client(url)
        self._shared = client is not None
        self._keys = keys
        self._tenant = tenant

    async def generation(self) -> str:
        """The generation in use; empty when the view has not begun."""
        async with as_unavailable():
            return str(await self._redis.hget(self._keys.meta, "gen") or "")

    async def buckets(self, names: Sequence[str]) -> list[dict[str, int]]:
        """The counters of these buckets; of one that is not there, none."""
        generation = await self.generation()
        async with as_unavailable():
            pipeline = self._redis.pipeline(transaction=False)
            for name in names:
                pipeline.hgetall(self._keys.bucket(generation, name))
            found = await pipeline.execute()
        counted = ({name: int(number) for name, number in bucket.items()} for bucket in found)
        return [counts_of(self._tenant, counts) for counts in counted]

    async def documents(
        self, collection: str, where: Iterable[str] = (), *, oldest: int = 0, most: int = 100
    ) -> list[Shown]:
        """The newest documents that are in all of these indexes, with at least that score."""
        generation = await self.generation()
        keys = self._indexes(generation, collection, where)
        async with as_unavailable():
            if len(keys) == 1:
                found = await self._redis.zrevrangebyscore(
                    keys[0], "+inf", oldest, start=0, num=most, withscores=True
                )
            else:
                every = await self._redis.zinter(keys, aggregate="MAX", withscores=True)
                found = [pair for pair in reversed(every) if pair[1] >= oldest][:most]
            texts = await self._texts(generation, collection, [name for name, _ in found])
        return [
            Shown(name, int(score), document)
            for (name, score), text in zip(found, texts, strict=True)
            if text is not None and (document := _value(text)) is not None
        ]

    async def document(self, collection: str, name: str) -> Shown | None:
        """One document; ``None`` when there is none, or it is another tenant's."""
        generation = await self.generation()
        async with as_unavailable():
            for key in self._indexes(generation, collection, ()):
                score = await self._redis.zscore(key, name)
                if score is None:
                    return None
            (text,) = await self._texts(generation, collection, [name])
        document = None if text is None else _value(text)
        return None if document is None else Shown(name, int(score), document)

    async def extent(self, collection: str) -> Extent:
        """How many documents there are, and how old the oldest is."""
        generation = await self.generation()
        (key,) = self._indexes(generation, collection, ())
        async with as_unavailable():
            number = await self._redis.zcard(key)
            first = await self._redis.zrange(key, 0, 0, withscores=True)
        return Extent(int(number), int(first[0][1]) if first else None)

    async def sums(self, collection: str) -> dict[str, int]:
        """The weights of all documents, added up. For operators only: a tenant's reader gives its own."""
        generation = await self.generation()
        async with as_unavailable():
            found = await self._redis.hgetall(self._keys.sums(generation, collection))
        return sums_of(self._tenant, {name: int(number) for name, number in found.items()})

    def _indexes(self, generation: str, collection: str, where: Iterable[str]) -> list[str]:
        own = [f"tenant={self._tenant}"] if self._tenant else []
        named = list(dict.fromkeys([*own, *where])) or [ALL]
        return [self._keys.index(generation, collection, index) for index in named]

    async def _texts(self, generation: str, collection: str, names: Sequence[str]) -> list[str | None]:
        if not names:
            return []
        texts: list[str | None] = await self._redis.hmget(self._keys.documents(generation, collection), names)
        return texts

    async def close(self) -> None:
        """Disconnect. Never raises."""
        if self._shared:
            return
        try:
            await self._redis.aclose()
        except (RedisError, OSError):
            return


def counts_of(tenant: str, counts: dict[str, int]) -> dict[str, int]:
    """Counters that a tenant may see: its own; all for an empty name."""
    if not tenant:
        return counts
    split = ((name, words_of(name), number) for name, number in counts.items())
    return {
        name: number
        for name, words, number in split
        if words[0] in _OF_TENANTS and len(words) > 2 and words[2] == tenant
    }


def sums_of(tenant: str, sums: dict[str, int]) -> dict[str, int]:
    """Sums that a tenant may see: those that name it; all for an empty name."""
    if not tenant:
        return sums
    return {name: number for name, number in sums.items() if name.partition("=")[2] == tenant}


def _value(text: str) -> dict[str, Json] | None:
    document = json.loads(json.loads(text)["v"])
    return document if isinstance(document, dict) else None


def view_reader(settings: Settings, view: str, tenant: str = "") -> ViewReader:
    """A reader of a view of this environment."""
    return ViewReader(settings.redis_url, view_keys(settings, view), tenant)
