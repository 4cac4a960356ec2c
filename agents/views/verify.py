"""Comparing a view with its topic (promise 3; invariant C of the fault matrix)."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from typing import Any

from assay.agents.audit.reader import TopicReader
from assay.agents.lanes.projection import ViewSpec
from assay.agents.settings import Settings
from assay.agents.stores.redis_client import as_unavailable, view_client
from assay.agents.stores.redis_views import read_meta
from assay.agents.stores.view_dump import Dumped, dump
from assay.agents.stores.view_keys import ViewKeys, view_keys
from assay.agents.stores.view_store import Kept, Opened
from assay.pipeline.core.clock import NANOS_PER_MILLI, NANOS_PER_SECOND, Clock
from assay.pipeline.core.document import Json
from assay.pipeline.views import Cut, Difference, Image, differences

from .source import TopicSource

HOLD_MS = 120_000
"""How long a view is held still at most: the hold ends by itself when the one who holds it dies."""
MARGIN_S = 3600
MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Verified:
    """What a comparison found."""

    view: str
    records: int
    """Of the topic, up to where the view stands."""
    behind: int
    """Records and markers that the view has yet to take."""
    counters: int
    documents: int
    total: int
    """Differences."""
    shown: tuple[Difference, ...]
    """The first of them."""

    @property
    def ok(self) -> bool:
        """Whether there is none."""
        return not self.total

    def to_json(self) -> dict[str, Json]:
        """For scripts."""
        found: dict[str, Any] = asdict(self)
        return found


async def verify(spec: ViewSpec, settings: Settings, clock: Clock) -> Verified:
    """Fold the topic up to where the view stands, and compare. The view stands still while it is read, seconds at most;
    nothing else waits. Raises ``ViewUnavailableError`` and ``DependencyUnavailableError``.
    """
    keys = view_keys(settings, spec.name)
    async with _held(settings, keys) as opened:
        held = await dump(settings.redis_url, keys, opened.generation) if opened else None
    return await asyncio.to_thread(_compare, spec, settings, opened, held, clock.now_ns())


@asynccontextmanager
async def _held(settings: Settings, keys: ViewKeys) -> AsyncIterator[Opened | None]:
    client = view_client(settings.redis_url)
    try:
        async with as_unavailable():
            await client.set(keys.hold, "1", px=HOLD_MS)
            opened = await read_meta(client, keys)
        try:
            yield opened
        finally:
            async with as_unavailable():
                await client.delete(keys.hold)
    finally:
        await client.aclose()


class _Topic:
    """What the topic says, up to where the view stands."""

    def __init__(self, spec: ViewSpec, settings: Settings, kept: Mapping[str, Kept]) -> None:
        self.image = Image()
        with TopicReader(settings) as reader:
            source = TopicSource(spec, settings, reader)
            starts, self.ends = source.starts(), source.ends()
            self.kept = {place: kept.get(f"{place.topic}/{place.partition}") for place in source.places}
            ranges = {
                place: (max(starts[place], at.began), at.position)
                for place, at in self.kept.items()
                if at is not None and starts[place] < at.position <= self.ends[place]
            }
            self.records = source.fold(ranges, lambda _place, _after, deltas: self.image.take(deltas))
        self.behind = sum(
            max(self.ends[place] - (starts[place] if at is None else at.position), 0)
            for place, at in self.kept.items()
        )


def _compare(
    spec: ViewSpec, settings: Settings, opened: Opened | None, held: Dumped | None, now_ns: int
) -> Verified:
    topic = _Topic(spec, settings, {} if opened is None else opened.positions)
    if held is None:
        found = [Difference("the view", f"{topic.behind} offsets", None)] if topic.behind else []
    else:
        found = [*_positions(topic), *_contents(spec, topic.image, held, now_ns), *_of_itself(held)]
    view = held.image if held else Image()
    return Verified(
        spec.name,
        topic.records,
        topic.behind,
        sum(len(counts) for counts in view.counters.values()),
        sum(len(documents) for documents in view.documents.values()),
        len(found),
        tuple(found[:MOST_SHOWN]),
    )


def _positions(topic: _Topic) -> Iterator[Difference]:
    """A view that stands behind the end of its topic saw another topic."""
    for place, at in topic.kept.items():
        if at is not None and at.position > topic.ends[place]:
            yield Difference(f"{place.topic}/{place.partition} position", topic.ends[place], at.position)


def _contents(spec: ViewSpec, image: Image, held: Dumped, now_ns: int) -> Iterator[Difference]:
    cuts = spec.cut(now_ns // NANOS_PER_MILLI) if spec.cut else ()
    # Below it the view may have removed what the topic still has.
    oldest_ms = max((cut.below + MARGIN_S * 1000 for cut in cuts if isinstance(cut, Cut)), default=0)
    now_s = now_ns // NANOS_PER_SECOND + MARGIN_S
    return differences(image, held.image, now_s=now_s, oldest_ms=oldest_ms)


def _of_itself(held: Dumped) -> Iterator[Difference]:
    """Indexes and sums must be those of the documents."""
    for collection in sorted(held.image.documents.keys() | held.indexed.keys() | held.sums.keys()):
        if held.indexed.get(collection, {}) != held.image.indexed(collection):
            yield Difference(f"{collection} indexes", "those of the documents", "others")
        if held.sums.get(collection, {}) != held.image.sums(collection):
            yield Difference(f"{collection} sums", "those of the documents", "others")
