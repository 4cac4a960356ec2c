"""Views in memory and in Valkey take the same runs the same way: once, in order, all or nothing (DESIGN 5; faults 12-14)."""

from collections.abc import AsyncIterator

import pytest
import redis.asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.agents.settings import Settings
from assay.agents.stores.redis_views import RedisViewStore
from assay.agents.stores.view_dump import dump
from assay.agents.stores.view_keys import ViewKeys
from assay.agents.stores.view_store import Answer, Kept, MemoryViewStore, Run, ViewStore, ViewUnavailableError
from assay.pipeline.views import Add, Cut, Delta, Drop, Image, Put, Trim

pytestmark = pytest.mark.broker
FAR_S = 4_000_000_000


@pytest.fixture(params=["memory", "redis"])
async def store(
    request: pytest.FixtureRequest, settings_for_test: Settings, keys: ViewKeys
) -> AsyncIterator[ViewStore]:
    made: ViewStore = (
        MemoryViewStore() if request.param == "memory" else RedisViewStore(settings_for_test.redis_url, keys)
    )
    yield made
    await made.close()


def put(name: str, score: int = 1, *indexes: str, value: str = '{"a":"é"}') -> Put:
    return Put("things", name, score, ["all", *indexes], dict.fromkeys(indexes, 2), value)


def run(before: int | None, after: int, *deltas: Delta, partition: str = "t/0") -> Run:
    return Run(partition, before, after, 3, deltas)


def add(number: int, bucket: str = "m:60") -> Add:
    return Add(bucket, FAR_S, {'["records","é"]': number, '["other"]': 1})


async def test_a_run_is_taken_once_however_often_it_is_applied(store: ViewStore) -> None:
    generation = (await store.open()).generation
    assert await store.apply(generation, run(None, 10, add(5))) is Answer.APPLIED
    assert await store.apply(generation, run(None, 10, add(5))) is Answer.MOVED
    assert await store.apply(generation, run(10, 20, add(5))) is Answer.APPLIED
    assert await store.apply(generation, run(10, 20, add(5))) is Answer.MOVED
    assert (await store.open()).positions == {"t/0": Kept(3, 20)}


async def test_a_run_behind_a_gap_is_not_taken(store: ViewStore) -> None:
    generation = (await store.open()).generation
    assert await store.apply(generation, run(10, 20, add(5))) is Answer.MOVED
    assert (await store.open()).positions == {}


async def test_partitions_have_positions_of_their_own(store: ViewStore) -> None:
    generation = (await store.open()).generation
    await store.apply(generation, run(None, 10, add(5)))
    assert await store.apply(generation, run(None, 7, add(5), partition="t/1")) is Answer.APPLIED
    assert (await store.open()).positions == {"t/0": Kept(3, 10), "t/1": Kept(3, 7)}


async def test_a_view_that_was_forgotten_takes_nothing_of_the_old_one(store: ViewStore) -> None:
    generation = (await store.open()).generation
    await store.apply(generation, run(None, 10, add(5)))
    await store.forget(generation)
    after = await store.open()
    assert after.positions == {}
    assert after.generation != generation
    assert await store.apply(generation, run(10, 20, add(5))) is Answer.OTHER_GENERATION
    await store.forget(generation)
    assert (await store.open()).generation == after.generation


names = st.sampled_from(["a", "b", "c", "é"])
deltas = st.one_of(
    st.builds(add, st.integers(1, 9), st.sampled_from(["m:0", "h:0"])),
    st.builds(
        lambda name, score, indexes: put(name, score, *indexes),
        names,
        st.integers(0, 5),
        st.sets(st.sampled_from(["tenant=x", "code=y;z", "status=ö"])),
    ),
    st.builds(Drop, st.just("things"), names),
    st.builds(Trim, st.just("things"), st.integers(1, 4)),
    st.builds(Cut, st.just("things"), st.integers(0, 5)),
)


@given(st.lists(st.lists(deltas, max_size=6), max_size=5))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
async def test_valkey_holds_what_memory_holds(
    settings_for_test: Settings, keys: ViewKeys, runs: list[list[Delta]]
) -> None:
    store = RedisViewStore(settings_for_test.redis_url, keys)
    try:
        await store.forget((await store.open()).generation)
        generation = (await store.open()).generation
        image, before = Image(), None
        for number, each in enumerate(runs, 1):
            assert await store.apply(generation, run(before, number, *each)) is Answer.APPLIED
            image.take(each)
            before = number
        held = await dump(settings_for_test.redis_url, keys, generation)
    finally:
        await store.close()
    assert held.image.counters == image.counters
    assert {name: each for name, each in held.image.documents.items() if each} == {
        name: each for name, each in image.documents.items() if each
    }
    assert held.indexed == {"things": image.indexed("things")} or not image.documents.get("things")
    assert held.sums == {"things": image.sums("things")} or not image.sums("things")


@pytest.mark.parametrize("hurt", ["bucket", "documents", "index", "index of before", "counter", "meta"])
async def test_a_key_that_is_not_ours_stops_the_view_whole(
    settings_for_test: Settings, keys: ViewKeys, raw: redis.asyncio.Redis, hurt: str
) -> None:
    """A script that fails midway would keep what it wrote: nothing may be written then."""
    store = RedisViewStore(settings_for_test.redis_url, keys)
    generation = (await store.open()).generation
    await store.apply(generation, run(None, 10, add(5, "m:0"), put("a", 1, "tenant=x")))
    match hurt:
        case "bucket":
            await raw.set(keys.bucket(generation, "m:60"), "no hash")
        case "documents":
            await raw.hset(keys.documents(generation, "things"), "b", "no document")
        case "index":
            await raw.set(keys.index(generation, "things", "tenant=y"), "no set")
        case "index of before":
            await raw.delete(keys.index(generation, "things", "tenant=x"))
            await raw.set(keys.index(generation, "things", "tenant=x"), "no set")
        case "counter":
            await raw.hset(keys.bucket(generation, "m:60"), '["other"]', "many")
        case _:
            await raw.hset(keys.meta, "t/0", "somewhere")
    before = await raw.hgetall(keys.bucket(generation, "m:0"))
    again = run(10, 20, add(5, "m:0"), add(5, "m:60"), put("a", 2), put("b", 2, "tenant=y"))
    assert await store.apply(generation, again) is Answer.DAMAGED
    assert await raw.hgetall(keys.bucket(generation, "m:0")) == before
    await store.close()


async def test_while_a_view_is_held_still_nothing_is_taken(
    settings_for_test: Settings, keys: ViewKeys, raw: redis.asyncio.Redis
) -> None:
    store = RedisViewStore(settings_for_test.redis_url, keys)
    generation = (await store.open()).generation
    await raw.set(keys.hold, "1", px=60_000)
    assert await store.apply(generation, run(None, 10, add(5))) is Answer.HELD
    await raw.delete(keys.hold)
    assert await store.apply(generation, run(None, 10, add(5))) is Answer.APPLIED
    await store.close()


async def test_what_an_older_generation_left_is_removed(
    settings_for_test: Settings, keys: ViewKeys, raw: redis.asyncio.Redis
) -> None:
    store = RedisViewStore(settings_for_test.redis_url, keys)
    generation = (await store.open()).generation
    await store.apply(generation, run(None, 10, add(5), put("a", 1, "tenant=x")))
    await raw.delete(keys.meta)
    after = (await store.open()).generation
    left = [key async for key in raw.scan_iter(match="*view:sample:*") if keys.environment in key]
    assert after != generation
    assert left == [keys.meta]
    await store.close()


async def test_a_server_that_is_not_there_is_said_without_a_word_of_the_data() -> None:
    store = RedisViewStore("redis://127.0.0.1:1/0", ViewKeys("e", "v"))
    with pytest.raises(ViewUnavailableError) as caught:
        await store.apply("g", run(None, 1, put("a", value="4111")))
    assert "4111" not in str(caught.value)
    await store.close()
