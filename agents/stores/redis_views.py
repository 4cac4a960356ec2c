"""Views in Redis or Valkey: each run of records in one script call, guarded by its position (DESIGN 5)."""

import re
import secrets
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Final, assert_never

import orjson
from redis.exceptions import NoScriptError, RedisError

from assay.pipeline.core.document import Json
from assay.pipeline.views import Add, Cut, Delta, Drop, Put, Trim

from .redis_client import as_unavailable, literal, view_client
from .view_keys import ViewKeys
from .view_store import Answer, Kept, Opened, Run

APPLY: Final = files("assay.agents.stores").joinpath("apply.lua").read_text()
OPEN: Final = """
local created = 0
if redis.call('HEXISTS', KEYS[1], 'gen') == 0 then
  redis.call('DEL', KEYS[1])
  redis.call('HSET', KEYS[1], 'gen', ARGV[1])
  created = 1
end
return {created, redis.call('HGETALL', KEYS[1])}
"""
FORGET: Final = """
if redis.call('HGET', KEYS[1], 'gen') == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 0
"""
ANSWERS: Mapping[str, Answer] = {
    "OK": Answer.APPLIED,
    "HELD": Answer.HELD,
    "GEN": Answer.OTHER_GENERATION,
    "MOVED": Answer.MOVED,
    "BAD": Answer.DAMAGED,
}
_KEPT = re.compile(r"(\d+) (\d+)")
_SCAN = 500


class RedisViewStore:
    """A :class:`~assay.agents.stores.view_store.ViewStore`. ``aside`` = the generation that a rebuild makes."""

    def __init__(self, url: str, keys: ViewKeys, *, aside: bool = False) -> None:
        self._redis = view_client(url)
        self._keys = keys
        self._meta = keys.next_meta if aside else keys.meta
        self._hold = f"{keys.hold}-aside" if aside else keys.hold
        self._sha = ""

    async def open(self) -> Opened:
        """See :class:`ViewStore`."""
        async with as_unavailable():
            created, flat = await self._redis.eval(OPEN, 1, self._meta, secrets.token_hex(6))
            meta = dict(zip(flat[::2], flat[1::2], strict=True))
            generation = meta.pop("gen")
            if created:
                await self.sweep()
        return Opened(generation, _positions(meta))

    async def apply(self, generation: str, run: Run) -> Answer:
        """See :class:`ViewStore`."""
        arguments = [
            self._meta,
            self._hold,
            generation,
            run.partition,
            "" if run.before is None else str(run.before),
            str(run.after),
            str(run.began),
            self._keys.of(generation),
            orjson.dumps([_form(delta) for delta in run.deltas]).decode(),
        ]
        async with as_unavailable():
            answer = await self._call(arguments)
        return ANSWERS[answer]

    async def _call(self, arguments: list[str]) -> str:
        """The script's word."""
        if not self._sha:
            self._sha = await self._redis.script_load(APPLY)
        try:
            answer = await self._redis.evalsha(self._sha, 2, *arguments)
        except NoScriptError:  # the server was restarted
            self._sha = ""
            answer = await self._redis.eval(APPLY, 2, *arguments)
        return str(answer[0])

    async def forget(self, generation: str) -> None:
        """See :class:`ViewStore`."""
        async with as_unavailable():
            await self._redis.eval(FORGET, 1, self._meta, generation)

    async def sweep(self) -> None:
        """Remove the keys of generations that are neither in use nor being built."""
        used = {await self._redis.hget(meta, "gen") for meta in (self._keys.meta, self._keys.next_meta)}
        prefixes = tuple(self._keys.of(str(generation)) for generation in used if generation)
        pattern = literal(f"{self._keys.base}g:") + "*"
        batch: list[str] = []
        async for key in self._redis.scan_iter(match=pattern, count=_SCAN):
            if not key.startswith(prefixes):
                batch.append(key)
            if len(batch) >= _SCAN:
                await self._redis.unlink(*batch)
                batch.clear()
        if batch:
            await self._redis.unlink(*batch)

    async def close(self) -> None:
        """See :class:`ViewStore`."""
        try:
            await self._redis.aclose()
        except (RedisError, OSError):
            return


async def read_meta(client: Any, keys: ViewKeys) -> Opened | None:
    """A view as it is, or ``None`` for one that has not begun. Raises what the client raises."""
    meta: dict[str, str] = await client.hgetall(keys.meta)
    generation = meta.pop("gen", "")
    return Opened(generation, _positions(meta)) if generation else None


def _positions(meta: Mapping[str, str]) -> dict[str, Kept]:
    """What is not as the script writes it counts as no position; the script then says that the view is damaged."""
    found = ((partition, _KEPT.fullmatch(text)) for partition, text in meta.items())
    return {partition: Kept(int(match[1]), int(match[2])) for partition, match in found if match}


def _form(delta: Delta) -> Json:
    match delta:
        case Add():
            return ["add", delta.bucket, delta.expires_s, dict(delta.counts)]
        case Put():
            indexes: list[Json] = [*delta.indexes]
            kept: dict[str, Json] = {
                "s": delta.score,
                "i": indexes,
                "w": dict(delta.weights),
                "v": delta.value,
            }
            return ["put", delta.collection, delta.id, delta.score, indexes, orjson.dumps(kept).decode()]
        case Drop():
            return ["drop", delta.collection, delta.id]
        case Trim():
            return ["trim", delta.collection, delta.keep]
        case Cut():
            return ["cut", delta.collection, delta.below]
        case _:
            assert_never(delta)
