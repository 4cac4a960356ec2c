"""Making a view again from its topic, beside the one in use, and then putting it in its place (promise 3)."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from assay.agents.audit.facts import Place
from assay.agents.audit.reader import TopicReader
from assay.agents.lanes.projection import ViewSpec
from assay.agents.settings import Settings
from assay.agents.stores.redis_client import as_unavailable, view_client
from assay.agents.stores.redis_views import RedisViewStore
from assay.agents.stores.view_keys import view_keys
from assay.agents.stores.view_store import Answer, Run, ViewUnavailableError
from assay.pipeline.core.errors import RefusedError
from assay.pipeline.views import Delta

from .source import TopicSource

SWAP: Final = """
if redis.call('HGET', KEYS[2], 'gen') ~= ARGV[1] then return 0 end
redis.call('RENAME', KEYS[2], KEYS[1])
return 1
"""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A view that was made again."""

    view: str
    records: int
    partitions: int


async def rebuild(spec: ViewSpec, settings: Settings) -> Rebuilt:
    """Rebuild a view. Until the end everybody sees the old one; projections go on with the new one by themselves.

    Raises ``ViewUnavailableError`` and ``DependencyUnavailableError``; then the old view stays in use. Raises
    :class:`RefusedError` when another rebuild took over.
    """
    keys = view_keys(settings, spec.name)
    store = RedisViewStore(settings.redis_url, keys, aside=True)
    try:
        await store.forget((await store.open()).generation)  # what an interrupted rebuild left
        generation = (await store.open()).generation
        loop = asyncio.get_running_loop()

        def apply(run: Run) -> None:
            answer = asyncio.run_coroutine_threadsafe(store.apply(generation, run), loop).result()
            if answer is not Answer.APPLIED:
                raise RefusedError(
                    f"the new {spec.name} view was changed by somebody else: run one rebuild at a time"
                )

        rebuilt = await asyncio.to_thread(_fold, spec, settings, apply)
        await _swap(spec, settings, generation)
        async with as_unavailable():
            await store.sweep()
    finally:
        await store.close()
    return rebuilt


def _fold(spec: ViewSpec, settings: Settings, apply: Callable[[Run], None]) -> Rebuilt:
    with TopicReader(settings) as reader:
        source = TopicSource(spec, settings, reader)
        starts, ends = source.starts(), source.ends()
        positions: dict[Place, int | None] = dict.fromkeys(source.places)

        def handle(place: Place, after: int, deltas: Sequence[Delta]) -> None:
            partition = f"{place.topic}/{place.partition}"
            apply(Run(partition, positions[place], after, starts[place], deltas))
            positions[place] = after

        ranges = {place: (starts[place], ends[place]) for place in source.places}
        return Rebuilt(spec.name, source.fold(ranges, handle), len(source.places))


async def _swap(spec: ViewSpec, settings: Settings, generation: str) -> None:
    keys = view_keys(settings, spec.name)
    client = view_client(settings.redis_url)
    try:
        async with as_unavailable():
            swapped = await client.eval(SWAP, 2, keys.meta, keys.next_meta, generation)
    finally:
        await client.aclose()
    if not swapped:
        raise ViewUnavailableError(
            f"the new {spec.name} view is gone: Redis was emptied, or another rebuild took over"
        )
