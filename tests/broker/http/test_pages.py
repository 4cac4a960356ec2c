"""Pages of a view in the real Valkey: the same as in memory, whatever is in it, and quick however much (DESIGN 9)."""

import secrets
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.agents.devstack import Stack
from assay.agents.http.testing import MemoryPages
from assay.agents.stores.redis_client import view_client
from assay.agents.stores.redis_views import RedisViewStore
from assay.agents.stores.view_keys import ViewKeys
from assay.agents.stores.view_pages import Place, ViewPages
from assay.agents.stores.view_source import Pages
from assay.agents.stores.view_store import Run
from assay.pipeline.views import ALL, Image, Put

pytestmark = pytest.mark.broker
TENANTS = ("a", "b")
INDEXES = ("open=true", "open=false", "code=x", "code=y")


@pytest.fixture
async def client(stack: Stack) -> AsyncIterator[Any]:
    client = view_client(stack.redis_url)
    yield client
    await client.aclose()


@pytest.fixture
async def keys(client: Any) -> AsyncIterator[ViewKeys]:
    keys = ViewKeys(f"t{secrets.token_hex(4)}", "sample")
    yield keys
    async for key in client.scan_iter(match=f"{keys.base}*".replace("{", "?").replace("}", "?"), count=5000):
        await client.unlink(key)


documents = st.dictionaries(
    st.text(st.sampled_from("ab/é0"), min_size=1, max_size=3),
    st.tuples(st.integers(0, 3), st.sampled_from(TENANTS), st.sets(st.sampled_from(INDEXES))),
    max_size=12,
)
wanted = st.lists(st.lists(st.sampled_from(INDEXES), min_size=1, max_size=2), max_size=2)


async def all_pages(pages: Pages, wanted: Sequence[Sequence[str]], most: int, **cut: Any) -> list[str]:
    found: list[str] = []
    after: Place | None = None
    while True:
        page = await pages.page("things", wanted, most=most, after=after, **cut)
        assert len(page.shown) <= most
        found += [each.id for each in page.shown]
        if (after := page.after) is None:
            return found


@given(documents, wanted, st.integers(1, 4), st.integers(0, 3), st.none() | st.integers(0, 3))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_pages_hold_each_wanted_document_once_in_order_and_no_other(
    client: Any,
    stack: Stack,
    keys: ViewKeys,
    found: dict[str, tuple[int, str, set[str]]],
    conditions: list[list[str]],
    most: int,
    oldest: int,
    newest: int | None,
) -> None:
    puts = [
        Put("things", name, score, [ALL, f"tenant={tenant}", *sorted(indexes)], {}, f'{{"t":"{tenant}"}}')
        for name, (score, tenant, indexes) in found.items()
    ]
    store = RedisViewStore(stack.redis_url, keys)
    try:
        await store.forget((await store.open()).generation)
        await store.apply((await store.open()).generation, Run("t/0", None, 1, 0, puts))
    finally:
        await store.close()
    image = Image()
    image.take(puts)
    for tenant in ("", *TENANTS):
        memory, redis = MemoryPages(image, tenant), ViewPages(client, keys, tenant)
        cut = {"oldest": oldest, "newest": newest}
        assert await all_pages(redis, conditions, most, **cut) == await all_pages(
            memory, conditions, 100, **cut
        )
        several = [await pages.several("things", [*found, "nobody"]) for pages in (memory, redis)]
        assert several[0] == several[1]
        for name in found:
            assert await redis.one("things", name) == await memory.one("things", name)


async def test_a_page_goes_on_behind_a_document_that_is_gone(
    client: Any, stack: Stack, keys: ViewKeys
) -> None:
    store = RedisViewStore(stack.redis_url, keys)
    puts = [Put("things", name, 1, [ALL], {}, "{}") for name in "abcd"]
    generation = (await store.open()).generation
    await store.apply(generation, Run("t/0", None, 1, 0, puts))
    await store.close()
    page = await ViewPages(client, keys).page("things", most=10, after=Place(1, "cc"))
    assert [each.id for each in page.shown] == ["c", "b", "a"]


async def test_a_view_that_is_not_there_is_empty(client: Any, keys: ViewKeys) -> None:
    assert await ViewPages(client, keys).page("things", most=10) == ([], None)
    assert await ViewPages(client, keys).one("things", "a") is None
    assert await ViewPages(client, keys).several("things", ["a"]) == []


async def test_what_is_hard_to_find_is_found_in_bounded_steps(
    client: Any, stack: Stack, keys: ViewKeys
) -> None:
    """Two large indexes that have one document in common, the oldest: no single call walks through all of them."""
    number = 60_000
    base = f"{keys.base}g:g1:"
    await client.hset(keys.meta, "gen", "g1")
    for start in range(0, number, 5000):
        names = {f"{each:06}": each for each in range(start, start + 5000)}
        pipeline = client.pipeline(transaction=False)
        pipeline.zadd(f"{base}x:things:all", names)
        pipeline.zadd(f"{base}x:things:code=x", names)
        await pipeline.execute()
    await client.zadd(f"{base}x:things:code=y", {"000000": 0, **{f"y{n:06}": n for n in range(number)}})
    await client.hset(f"{base}d:things", "000000", '{"v":"{}"}')
    pages, after, calls = ViewPages(client, keys), None, 0
    slowest = 0.0
    while True:
        began = time.perf_counter()
        page = await pages.page("things", [["code=x"], ["code=y"]], most=10, after=after)
        slowest = max(slowest, time.perf_counter() - began)
        calls += 1
        if page.after is None:
            break
        assert page.shown == []
        after = page.after
    assert [each.id for each in page.shown] == ["000000"]
    assert calls > 1
    print(f"slowest page {slowest * 1000:.0f} ms of {calls}")  # noqa: T201 - a figure, not a limit
