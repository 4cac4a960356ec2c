"""All of a view as it is in Redis: to compare it with the topics."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from assay.pipeline.views import Image, Put

from .redis_client import as_unavailable, literal, view_client
from .view_keys import ViewKeys

_SCAN = 500


@dataclass(frozen=True, slots=True)
class Dumped:
    """A view's generation. Indexes and sums as Redis has them, beside the documents that they are made of."""

    image: Image
    indexed: Mapping[str, Mapping[str, Mapping[str, int]]]
    sums: Mapping[str, Mapping[str, int]]


async def dump(url: str, keys: ViewKeys, generation: str) -> Dumped:
    """Everything. Raises ``ViewUnavailableError``, and ``ValueError`` for a document that no script wrote."""
    client: Any = view_client(url)  # its answers are typed for every way of decoding at once
    base = keys.of(generation)
    image = Image()
    indexed: dict[str, dict[str, dict[str, int]]] = {}
    sums: dict[str, dict[str, int]] = {}
    try:
        async with as_unavailable():
            found = [key async for key in client.scan_iter(match=literal(base) + "*", count=_SCAN)]
            for key in sorted(set(found)):
                kind, _, name = key[len(base) :].partition(":")
                match kind:
                    case "c":
                        image.counters[name] = Counter(_numbers(await client.hgetall(key)))
                        image.expires_s[name] = int(await client.expiretime(key))
                    case "d":
                        image.documents[name] = {
                            id_: _put(name, id_, text) for id_, text in (await client.hgetall(key)).items()
                        }
                    case "x":
                        collection, _, index = name.partition(":")
                        scores = dict(await client.zrange(key, 0, -1, withscores=True))
                        indexed.setdefault(collection, {})[index] = _numbers(scores)
                    case _:
                        sums[name] = _numbers(await client.hgetall(key))
    finally:
        await client.aclose()
    return Dumped(image, indexed, sums)


def _numbers(found: Mapping[str, Any]) -> dict[str, int]:
    return {name: int(number) for name, number in found.items()}


def _put(collection: str, name: str, text: str) -> Put:
    match orjson.loads(text):
        case {"s": int(score), "i": [*indexes], "w": dict(weights), "v": str(value)}:
            return Put(collection, name, score, indexes, weights, value)
        case _:
            raise ValueError("not a document of a view")
