"""Lists of a view's documents, page by page, however many there are: one call to Redis, and bounded work in it."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from hashlib import sha1
from importlib.resources import files
from typing import Any, Final, NamedTuple

import orjson
from redis.exceptions import NoScriptError

from assay.pipeline.core.document import Json
from assay.pipeline.views import ALL

from .redis_client import as_unavailable
from .view_keys import ViewKeys
from .view_reader import Shown

MOST = 200
"""Documents of a page."""
STEPS = 5000
"""Ids that one call looks at: some milliseconds, in which Redis answers nobody else."""
CALLS = 8
"""For a page that is hard to fill; then it is given as it is, with the place to go on."""
MOST_KEPT = 1000
"""Documents that were decoded last: people look at the same ones again and again."""
PAGE: Final = files("assay.agents.stores").joinpath("page.lua").read_text()
ONE: Final = """
local generation = redis.call('HGET', KEYS[1], 'gen')
if not generation then return false end
local base, score = ARGV[1] .. generation .. ':', nil
for number = 4, #ARGV do
  score = redis.call('ZSCORE', base .. 'x:' .. ARGV[2] .. ':' .. ARGV[number], ARGV[3])
  if not score then return false end
end
return {score, redis.call('HGET', base .. 'd:' .. ARGV[2], ARGV[3])}
"""
SEVERAL: Final = """
local generation = redis.call('HGET', KEYS[1], 'gen')
if not generation then return {} end
local base, rows = ARGV[1] .. generation .. ':', {}
for number = 4, #ARGV do
  local score = redis.call('ZSCORE', base .. 'x:' .. ARGV[2] .. ':' .. ARGV[3], ARGV[number])
  local text = score and redis.call('HGET', base .. 'd:' .. ARGV[2], ARGV[number])
  if text then
    rows[#rows + 1] = ARGV[number]
    rows[#rows + 1] = score
    rows[#rows + 1] = text
  end
end
return rows
"""


class Place(NamedTuple):
    """Behind which document a page goes on."""

    score: int
    id: str


class PageOf(NamedTuple):
    """Documents, the newest first, and where the next page begins; ``None`` at the end."""

    shown: list[Shown]
    after: Place | None


class ViewPages:
    """Reads a view. Built with a tenant it gives that tenant's data and no other's, as ``ViewReader`` does (DESIGN 9).

    Every method raises ``ViewUnavailableError``; a view that is not there is empty.
    """

    def __init__(self, client: Any, keys: ViewKeys, tenant: str = "") -> None:
        """``client``: of ``view_client``, shared and closed by who made it. ``tenant`` empty = all."""
        self._redis = client
        self._keys = keys
        self._own = [f"tenant={tenant}"] if tenant else []

    async def page(
        self,
        collection: str,
        wanted: Sequence[Sequence[str]] = (),
        *,
        most: int,
        oldest: int = 0,
        newest: int | None = None,
        after: Place | None = None,
    ) -> PageOf:
        """The newest documents that are in one index of each of ``wanted``, with a score of ``oldest`` to ``newest``.

        What is put anew while somebody turns pages moves to the front; nothing comes twice for it. A page may have fewer
        documents than ``most`` and still not be the last.
        """
        shown: list[Shown] = []
        conditions = orjson.dumps([*([own] for own in self._own), *wanted]).decode()
        for _ in range(CALLS):
            score, name, rows = await self._script(
                PAGE,
                collection,
                conditions,
                most - len(shown),
                STEPS,
                oldest,
                "" if newest is None else newest,
                "" if after is None else after.score,
                "" if after is None else after.id,
            )
            shown += _shown(rows)
            after = Place(int(score), name) if score else None
            if after is None or len(shown) >= most:
                break
        return PageOf(shown, after)

    async def one(self, collection: str, name: str) -> Shown | None:
        """One document; ``None`` when there is none, or it is another tenant's."""
        found = await self._script(ONE, collection, name, *(self._own or [ALL]))
        if not found or found[1] is None:
            return None
        document = _value(found[1])
        return None if document is None else Shown(name, int(found[0]), document)

    async def several(self, collection: str, names: Sequence[str]) -> list[Shown]:
        """Those of these documents that there are, and that are no other tenant's: ``MOST`` names at most."""
        assert len(names) <= MOST
        (index,) = self._own or [ALL]
        return [*_shown(await self._script(SEVERAL, collection, index, *names))]

    async def _script(self, script: str, *arguments: object) -> Any:
        given = [self._keys.meta, f"{self._keys.base}g:", *arguments]
        async with as_unavailable():
            try:
                return await self._redis.evalsha(_SHA[script], 1, *given)
            except NoScriptError:  # the first call, or the server was restarted
                return await self._redis.eval(script, 1, *given)


def _shown(rows: Sequence[str]) -> Iterator[Shown]:
    """Documents of id, score, text, id, …"""
    for at in range(0, len(rows), 3):
        if (document := _value(rows[at + 2])) is not None:
            yield Shown(rows[at], int(rows[at + 1]), document)


@lru_cache(maxsize=MOST_KEPT)
def _value(text: str) -> dict[str, Json] | None:
    """The document of what ``RedisViewStore`` keeps, beside its score, indexes and weights. Read it only: it is shared."""
    document = orjson.loads(orjson.loads(text)["v"])
    return document if isinstance(document, dict) else None


def _sha(script: str) -> str:
    return sha1(script.encode(), usedforsecurity=False).hexdigest()


_SHA: Final = {script: _sha(script) for script in (PAGE, ONE, SEVERAL)}
