"""The lane recipe for lanes with state (DESIGN 5): state, effects and offsets are one, whatever dies when."""

import asyncio

import pytest
from aiokafka import TopicPartition

from assay.agents.lanes import keyed_slot, runner
from assay.agents.transport.memory.transport import MemoryConsumer
from assay.pipeline.core.errors import FencedError, RefusedError, TransientError, UnknownOutcomeError

from .conftest import EFFECTS, FIRST, GROUP, SECOND, STATE, Site

CALLS = ["begin", "send", "send_offsets", "commit"]


async def test_every_record_is_taken_in_once_and_the_state_is_that_of_all(site: Site) -> None:
    """On a fair day."""
    site.put_many(60)
    lane = await site.started()
    await site.until_read(lane)
    site.assert_exact()
    assert lane.is_ready
    assert sorted(key for key, _ in lane.states()) == sorted(key.encode() for key in site.states())


async def test_the_state_read_back_is_the_state_that_was_written(site: Site) -> None:
    """A worker that comes later goes on where the one before it ended."""
    site.put_many(30)
    first = await site.started()
    await site.until_read(first)
    before = dict(first.states())
    await first.stop()
    second = await site.started()
    async with asyncio.timeout(5):
        while not second.is_ready:
            await asyncio.sleep(0.001)
    assert dict(second.states()) == before
    site.put_many(30)
    await site.until_read(second)
    site.assert_exact()


@pytest.mark.parametrize("passing", [0, 1, 3])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("call", CALLS)
async def test_a_death_at_any_call_loses_nothing_and_does_nothing_twice(
    site: Site, call: str, after: bool, passing: int
) -> None:
    """Promise 1: state, effects and offset are committed together or not at all."""
    site.settings = site.settings.model_copy(update={"batch_records": 5})
    site.put_many(60)
    site.kill_at(call, after=after, passing=passing)
    doomed = await site.started()
    await site.bury(doomed)
    heir = await site.started()
    await site.until_read(heir)
    site.assert_exact()


@pytest.mark.parametrize("after", [False, True], ids=["request lost", "answer lost"])
@pytest.mark.parametrize("call", CALLS)
async def test_after_an_unknown_outcome_the_state_is_read_again_never_guessed(
    site: Site, call: str, after: bool
) -> None:
    """Rule 6: what is in memory may be what was never committed, or lack what was."""
    site.put_many(60)
    site.script.fail(call, UnknownOutcomeError("no answer"), after=after)
    lane = await site.started()
    await site.until_read(lane)
    site.assert_exact()
    assert "discard" in site.script.calls


async def test_the_order_is_fence_offset_seek_state_fetch(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rule 3: a state that is read before the fence may lack what a zombie still commits."""
    order = site.script.calls
    for kind, names in ((MemoryConsumer, ("committed", "seek", "fetch")), (type(site.transport), ("read",))):
        for name in names:
            original = getattr(kind, name)

            def spy(self: object, *args: object, _original: object = original, _name: str = name) -> object:
                order.append(_name)
                return _original(self, *args)  # type: ignore[operator]

            monkeypatch.setattr(kind, name, spy)
    site.settings = site.settings.model_copy(update={"slots": 1})
    site.put_many(2)
    lane = await site.started()
    await site.until_read(lane)
    opening = order[: order.index("fetch") + 1]
    assert opening == ["new producer", "start", *["committed", "seek"] * 4, "read", "fetch"]


async def test_a_rebalance_moves_the_state_with_the_partitions(site: Site) -> None:
    """A second worker takes its share over, and gives it back; no key starts from nothing."""
    site.put_many(40)
    first = await site.started()
    await site.until_read(first)
    second = await site.started()
    site.put_many(40)
    await site.until_read(second)
    shares = [{key for key, _ in lane.states()} for lane in (first, second)]
    assert all(shares)
    assert not shares[0] & shares[1]
    await second.stop()
    site.put_many(40)
    await site.until_read(first)
    site.assert_exact()


async def test_a_zombie_that_wakes_after_the_takeover_writes_no_state(site: Site) -> None:
    """Rule 7: frozen before its commit, it is fenced; the heir's state does not have its work twice."""
    site.put_many(8)
    site.script.hold("commit")
    zombie = await site.started()
    async with asyncio.timeout(5):
        await site.script.reached["commit"].wait()
    group = site.transport.group(GROUP, FIRST.value)
    assert zombie._consumer is not None
    await group.freeze(zombie._consumer.member)  # type: ignore[attr-defined]
    gate = site.script.gates.pop("commit")
    heir = await site.started()
    await site.until_read(heir)
    gate.set()
    await asyncio.sleep(0)
    site.put_many(8)
    await site.until_read(heir)
    site.assert_exact()


async def test_a_fenced_slot_that_is_still_ours_reads_its_state_again(site: Site) -> None:
    """The broker ended a transaction that was open for too long."""
    site.settings = site.settings.model_copy(update={"session_timeout_ms": 40})
    site.put_many(20)
    site.script.fail("commit", FencedError("taken over"))
    lane = await site.started()
    await site.until_read(lane)
    site.assert_exact()


async def test_a_revoked_slot_ends_its_transaction_before_it_lets_go(site: Site) -> None:
    """Rule 5: a graceful hand-over aborts nothing."""
    site.put_many(8)
    site.script.hold("commit")
    lane = await site.started()
    async with asyncio.timeout(5):
        await site.script.reached["commit"].wait()
    stopping = asyncio.create_task(lane.stop())
    await asyncio.sleep(0)
    assert not stopping.done()
    site.script.release("commit")
    await stopping
    assert "discard" not in site.script.calls
    assert len(site.effects()) > 0


async def test_a_lane_waits_for_kafka_to_give_the_state_back(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Promise 5: for as long as it takes; not ready, and stopped at once when somebody wants that."""
    monkeypatch.setattr(runner, "FIRST_REOPEN_S", 0.001)
    left = 8
    original = site.transport.read

    async def read(*args: object) -> None:
        nonlocal left
        left -= 1
        if left > 0:
            raise TransientError("no Kafka")
        await original(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(site.transport, "read", read)
    site.put_many(20)
    lane = await site.started()
    ready = [lane.is_ready]
    await site.until_read(lane)
    site.assert_exact()
    ready.append(lane.is_ready)
    assert ready == [False, True]
    left = 10**9
    site.script.fail("commit", UnknownOutcomeError("no answer"))
    site.put_many(1)
    async with asyncio.timeout(5):
        while left > 10**9 - 3:
            await asyncio.sleep(0.001)
        await lane.stop()


async def test_a_slot_that_never_succeeds_ends_the_lane(site: Site) -> None:
    """Promise 5: stop, never skip."""
    site.put("a")
    for _ in range(10):
        site.script.fail("commit", UnknownOutcomeError("no answer"))
    lane = await site.started()
    with pytest.raises(UnknownOutcomeError, match="in a row"):
        async with asyncio.timeout(5):
            await lane.run()
    assert site.effects() == []


async def test_two_topics_share_the_state_of_a_key(site: Site) -> None:
    """The manual-remediation lane reads dead letters and commands."""
    for number in range(20):
        site.put(f"key-{number % 5}", FIRST if number % 2 else SECOND, add=1)
    lane = await site.started(FIRST, SECOND)
    await site.until_read(lane)
    assert site.effects() == site.sources(FIRST, SECOND)
    assert site.states() == {f"key-{number}": 4 for number in range(5)}


async def test_a_lane_refuses_topics_that_are_not_partitioned_alike(site: Site) -> None:
    """The state of a key would lie where its next owner does not look."""
    site.log._partitions[STATE.value] = 3
    with pytest.raises(RefusedError, match=r"quality\.issue_groups has 3"):
        await site.started()


async def test_of_a_key_only_the_last_state_of_a_batch_is_written(site: Site) -> None:
    """A storm of one problem costs one state record a transaction, and every effect."""
    for _ in range(50):
        site.put("hot")
    lane = await site.started()
    await site.until_read(lane)
    assert len(site.log.visible(STATE.value)) == len(site.noted.batches) == 1
    assert len(site.effects()) == 50


async def test_a_state_that_did_not_change_is_not_written_again(site: Site) -> None:
    """Compaction need not clean up after records that changed nothing."""
    site.put("a", add=1)
    lane = await site.started()
    await site.until_read(lane)
    site.put("a", same=True)
    site.put("a", add=1)
    site.put("a", add=-1)
    await site.until_read(lane)
    written = [record.value for record in site.log.visible(STATE.value)]
    assert len(set(written)) == len(written)


async def test_a_key_that_ends_is_removed_from_the_topic_and_from_memory(site: Site) -> None:
    """A tombstone: the state topic does not grow for ever."""
    site.put("a", add=3)
    site.put("b", add=4)
    lane = await site.started()
    await site.until_read(lane)
    site.put_bytes(b"a", b"null")
    await site.until_read(lane)
    assert site.states() == {"b": 4}
    assert [key for key, _ in lane.states()] == [b"b"]
    await lane.stop()
    heir = await site.started()
    site.put("a", add=1)
    await site.until_read(heir)
    assert site.states() == {"a": 1, "b": 4}


async def test_much_state_from_few_records_goes_into_several_transactions(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bounded work: a transaction that takes too long is one of unknown outcome."""
    monkeypatch.setattr(keyed_slot, "PART_BYTES", 10_000)
    site.settings = site.settings.model_copy(update={"slots": 1})
    for number in range(40):
        site.put(f"key-{number}", add=1, pad=2000)
    site.kill_at("commit", after=True, passing=2)
    doomed = await site.started()
    await site.bury(doomed)
    heir = await site.started()
    await site.until_read(heir)
    site.assert_exact()
    assert all(count <= 7 for count, _ in site.noted.batches)


async def test_the_state_is_an_event_whose_id_is_that_of_its_cause(site: Site) -> None:
    """DESIGN 4: CloudEvents in binary mode; done again, the work gives the same event."""
    source = site.put("a", add=1)
    lane = await site.started()
    await site.until_read(lane)
    headers = dict(site.log.visible(STATE.value)[0].headers)
    assert headers["ce_id"] == f"a@{source}".encode()
    assert headers["ce_type"] == b"test.count.v1"
    assert headers["ce_source"] == b"/assay/count"
    assert headers["ce_subject"] == b"a"


async def test_effects_come_before_the_states_and_in_order(site: Site) -> None:
    """A reader of the effects sees what happened in the order in which it did."""
    sources = [site.put("a", add=number) for number in range(5)]
    lane = await site.started()
    await site.until_read(lane)
    assert [(record.value or b"").decode() for record in site.log.visible(EFFECTS.value)] == sources
    assert site.log.committed(GROUP, TopicPartition(FIRST.value, int(sources[0].split("/")[1]))) == 5
