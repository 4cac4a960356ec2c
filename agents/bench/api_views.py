"""What lies in the views while the API is measured: as many groups and contained traces as are asked for, by the views' own folds."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice

import redis

from assay.agents.devstack import Report
from assay.agents.lanes.projection import ViewSpec
from assay.agents.settings import Settings
from assay.agents.stores.redis_views import RedisViewStore
from assay.agents.stores.view_keys import view_keys
from assay.agents.stores.view_store import Answer, Run, ViewUnavailableError
from assay.agents.views.specs import VIEWS
from assay.pipeline.core.errors import DependencyUnavailableError
from assay.pipeline.core.record import RawRecord
from assay.pipeline.views import Delta, counters

from .api_records import Filling, view_records
from .broker import is_named

AT_ONCE = 500
"""Records of a run."""
TRIES = 30
"""Each takes a second when Redis does not answer."""
TALLIES_AT_ONCE = 4
"""The same of the view ``counters``: a tally of many tenants has thousands of numbers."""


@contextmanager
def unsaved(settings: Settings) -> Iterator[None]:
    """Our own Redis does not write down what it takes meanwhile; one that somebody named stays as it is.

    Half of its time would go into writing its whole log anew, time and again, while the views grow: agents fill them
    more slowly, and nobody needs these again.
    """
    if is_named(settings):
        yield
        return
    with redis.Redis.from_url(settings.redis_url) as client:
        client.config_set("appendonly", "no")
        try:
            yield
        finally:
            client.config_set("appendonly", "yes")


async def fill_views(settings: Settings, filling: Filling, now_ms: int, report: Report) -> None:
    """Every view as its agent would have left it, had the topics held this.

    Raises :class:`DependencyUnavailableError` when Redis does not take it.
    """
    for name, records in view_records(filling, now_ms).items():
        report(f"filling the view {name}")
        await _fill(settings, VIEWS[name], records)


async def forget_views(settings: Settings) -> None:
    """Remove them. Silent when Redis is away: the error that matters is on its way."""
    for name in VIEWS:
        store = RedisViewStore(settings.redis_url, view_keys(settings, name))
        with suppress(ViewUnavailableError):
            await store.forget((await store.open()).generation)
            await store.sweep()
        await store.close()


async def _fill(settings: Settings, spec: ViewSpec, records: Iterator[RawRecord]) -> None:
    """The next run is folded while Redis works on the one before."""
    store = RedisViewStore(settings.redis_url, view_keys(settings, spec.name))
    try:
        generation, position = (await store.open()).generation, 0
        deltas = _folded(spec, records)
        while deltas:
            run = Run("bench/0", position or None, position + 1, 0, deltas)
            _, deltas = await asyncio.gather(
                _apply(store, generation, run), asyncio.to_thread(_folded, spec, records)
            )
            position += 1
    finally:
        await store.close()


async def _apply(store: RedisViewStore, generation: str, run: Run) -> None:
    """Once: a run of which the answer was lost is found to be there when it is given again."""
    taken = {Answer.APPLIED}
    for left in reversed(range(TRIES)):
        try:
            answer = await store.apply(generation, run)
        except ViewUnavailableError:  # so much at once keeps Redis busy, and its disk
            if not left:
                raise
            taken.add(Answer.MOVED)
            continue
        if answer not in taken:
            raise DependencyUnavailableError(f"a view was not taken ({answer})")
        return


def _folded(spec: ViewSpec, records: Iterator[RawRecord]) -> Sequence[Delta]:
    """The next run; empty at the end."""
    return spec.fold([*islice(records, TALLIES_AT_ONCE if spec.name == counters.VIEW else AT_ONCE)])
