"""The rules of the lane recipe (DESIGN 5), each broken on purpose and seen to hold."""

import asyncio
import time
from functools import partial

import pytest
from aiokafka import TopicPartition

from assay.agents.lanes import intake as intake_module
from assay.agents.lanes import runner as runner_module
from assay.agents.lanes.notes import OpenNote
from assay.agents.lanes.parts import parts_of
from assay.agents.transport.memory.transport import MemoryConsumer
from assay.agents.transport.protocol import Fetched
from assay.pipeline.core.errors import FencedError, TransientError, UnknownOutcomeError

from .conftest import RAW, Bench, CopyStep, ProbeThatDiesOf


async def test_every_record_is_copied_once_and_the_offsets_follow(bench: Bench) -> None:
    """Promise 1, on a fair day."""
    bench.put(40)
    lane = bench.lane()
    await lane.start()
    await bench.until_all_copied()
    await lane.stop()
    assert bench.copied() == bench.sources()
    assert [bench.committed(partition) for partition in range(4)] == [10, 10, 10, 10]


async def test_a_lane_without_work_waits_and_takes_what_comes(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An empty topic is no fault."""
    polls: list[object] = []
    fetch = MemoryConsumer.fetch

    async def counted(self: MemoryConsumer, *how: object) -> Fetched:
        polls.append(how)
        return await fetch(self, *how)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(MemoryConsumer, "fetch", counted)
    lane = bench.lane()
    await lane.start()
    await lane.ready()
    await bench.until(lambda: len(polls) > 4)
    bench.put(4, partition=0)
    await bench.until_all_copied()
    assert lane.is_ready
    await lane.stop()


async def test_rule_2_one_producer_per_slot(bench: Bench) -> None:
    """Two slots over four partitions: two producers, two fences."""
    lane = bench.lane()
    await lane.start()
    await lane.ready()
    assert bench.script.calls.count("new producer") == 2


async def test_rule_3_a_zombies_transaction_is_finished_before_the_offset_is_read(bench: Bench) -> None:
    """The old owner's commit lands while the new one starts: its offset counts, nothing is done twice."""
    bench.put(4, partition=0)
    bench.script.hold("commit")
    first = bench.lane()
    await first.start()
    async with asyncio.timeout(5):
        await bench.script.reached["commit"].wait()
    # The first lane is frozen just before its commit; the second takes over.
    group = bench.transport.group("assay.dev.copy", RAW)
    member = group._members[0]
    freeze = asyncio.create_task(group.freeze(member))
    await freeze
    second = bench.lane()
    bench.script.gates.pop("commit").set()  # the zombie wakes and commits first
    await second.start()
    await bench.until_all_copied()
    assert bench.copied() == bench.sources()


async def test_rule_3_the_order_is_fence_read_seek_fetch(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order is the proof."""
    bench.put(2, partition=0)
    order = bench.script.calls
    for name in ("committed", "seek", "fetch"):
        original = getattr(MemoryConsumer, name)

        def spy(
            self: MemoryConsumer, *args: object, _original: object = original, _name: str = name
        ) -> object:
            order.append(_name)
            return _original(self, *args)  # type: ignore[operator]

        monkeypatch.setattr(MemoryConsumer, name, spy)
    bench.settings = bench.settings.model_copy(update={"slots": 1})
    lane = bench.lane()
    await lane.start()
    await bench.until_all_copied()
    opening = order[: order.index("fetch") + 1]
    assert opening == ["new producer", "start", *["committed", "seek"] * 4, "fetch"]


async def test_rule_4_the_position_is_committed_not_the_last_offset_plus_one(bench: Bench) -> None:
    """Markers between the last record and the end are stepped over."""
    bench.put(3, partition=0)
    zombie = bench.transport.log.init_producer("someone")
    transaction = bench.log.begin("someone", zombie)
    bench.log.append(TopicPartition(RAW, 0), b"k", b"aborted", transaction=transaction)
    from assay.agents.transport.memory.log import Status

    bench.log.finish("someone", zombie, Status.ABORTED)
    lane = bench.lane()
    await lane.start()
    await bench.until_all_copied()
    await lane.stop()
    assert bench.committed(0) == 5  # 3 records, 1 aborted, 1 marker


async def test_rule_5_a_revoked_slot_ends_its_transaction_before_it_lets_go(bench: Bench) -> None:
    """A graceful hand-over: nothing aborted, nothing done twice."""
    bench.put(8)
    bench.script.hold("commit")
    first = bench.lane()
    await first.start()
    async with asyncio.timeout(5):
        await bench.script.reached["commit"].wait()
    stopping = asyncio.create_task(first.stop())
    await asyncio.sleep(0)
    assert not stopping.done()
    bench.script.release("commit")
    await stopping
    second = bench.lane(step := CopyStep())
    await second.start()
    await bench.until_all_copied()
    assert bench.copied() == bench.sources()
    assert not step.seen or len(step.seen) < 8
    assert "discard" not in bench.script.calls


async def test_rule_4_the_next_batch_is_judged_while_a_transaction_runs(bench: Bench) -> None:
    """Overlap hides the broker's latency; what was judged ahead becomes visible after, in order, once."""
    bench.put(4, partition=0)
    bench.script.hold("commit")
    lane = bench.lane(step := CopyStep())
    await lane.start()
    await asyncio.wait_for(bench.script.reached["commit"].wait(), 5)
    bench.put(4, partition=0)
    await bench.until(lambda: len(step.seen) == 8)
    assert bench.copied() == []
    bench.script.release("commit")
    await bench.until_all_copied()
    await lane.stop()
    assert bench.copied() == bench.sources()
    assert step.seen == sorted(step.seen, key=str)


async def test_rule_4_a_short_batch_grows_until_the_transaction_before_it_ends(bench: Bench) -> None:
    """A slow stream makes no more transactions than it needs: all that came during one is the next."""
    bench.put(1, partition=0)
    bench.script.hold("commit")
    lane = bench.lane(step := CopyStep())
    await lane.start()
    await asyncio.wait_for(bench.script.reached["commit"].wait(), 5)
    bench.put(1, partition=0)
    await bench.until(lambda: len(step.seen) == 2)
    bench.put(2, partition=0)
    bench.script.release("commit")
    await bench.until_all_copied()
    await lane.stop()
    assert [(span.first, span.next, span.fetched) for span in step.ranges] == [(0, 1, 1), (1, 4, 3)]


async def test_rule_6_what_was_judged_ahead_of_an_unknown_outcome_is_judged_again(bench: Bench) -> None:
    """It stands on a position that may never have been committed."""
    bench.put(4, partition=0)
    bench.script.hold("commit")
    bench.script.fail("commit", UnknownOutcomeError("no answer"))
    lane = bench.lane(step := CopyStep())
    await lane.start()
    await asyncio.wait_for(bench.script.reached["commit"].wait(), 5)
    bench.put(4, partition=0)
    await bench.until(lambda: len(step.seen) == 8)
    bench.script.release("commit")
    await bench.until_all_copied()
    await lane.stop()
    assert bench.copied() == bench.sources()
    assert len(step.seen) == 16


async def test_rule_6_the_parts_of_a_batch_behind_an_unknown_outcome_are_fetched_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They wait in memory: written now, they would commit a position behind records that nobody wrote."""
    monkeypatch.setattr(intake_module, "parts_of", partial(parts_of, most_bytes=2))
    bench.put(8, partition=0)
    bench.script.fail("commit", UnknownOutcomeError("no answer"))
    lane = bench.lane(step := CopyStep())
    await lane.start()
    await bench.until_all_copied()
    await lane.stop()
    assert bench.copied() == bench.sources()
    assert [span.first for span in step.ranges][-4:] == [0, 2, 4, 6]


async def test_rule_5_a_transaction_that_is_abandoned_leaves_its_note(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was open when the slot was given up: nobody knows whether its records are to blame (rule 10)."""
    monkeypatch.setattr(runner_module, "CLOSE_S", 0.01)
    bench.put(4, partition=0)
    bench.script.hold("commit")
    lane = bench.lane()
    await lane.start()
    await asyncio.wait_for(bench.script.reached["commit"].wait(), 5)
    await lane.stop()
    assert bench.notes.kept["0"].ranges == {0: (0, 4)}
    assert bench.script.calls[-1] == "discard"
    assert bench.copied() == []


async def test_rule_10_the_note_covers_what_runs_and_what_is_judged_ahead(bench: Bench) -> None:
    """A death while the next batch is judged is pinned on it, whether the transaction before it was committed or not."""
    bench.put(4, partition=0)
    bench.script.hold("commit")
    lane = bench.lane(step := CopyStep())
    await lane.start()
    await asyncio.wait_for(bench.script.reached["commit"].wait(), 5)
    bench.put(4, partition=0)
    await bench.until(lambda: len(step.seen) == 8)
    assert bench.notes.kept["0"].ranges == {0: (0, 8)}
    bench.script.release("commit")
    await bench.until_all_copied()
    await lane.stop()


@pytest.mark.parametrize("after", [False, True], ids=["request lost", "answer lost"])
@pytest.mark.parametrize("call", ["begin", "send", "send_offsets", "commit"])
async def test_rule_6_an_unknown_outcome_is_found_out_never_guessed(
    bench: Bench, call: str, after: bool
) -> None:
    """Whether the transaction happened or not: the committed offset says so, and a new producer goes on from it."""
    bench.put(20, partition=0)
    bench.script.fail(call, UnknownOutcomeError("no answer"), after=after)
    lane = bench.lane()
    await lane.start()
    await bench.until_all_copied()
    assert bench.copied() == bench.sources()
    # A new producer, after the old one was dropped without a word.
    await bench.until(lambda: bench.script.calls.count("new producer") == 3)
    dropped = bench.script.calls.index("discard")
    assert bench.script.calls[dropped + 1] == "new producer"


async def test_rule_6_a_transaction_that_hangs_has_an_unknown_outcome(bench: Bench) -> None:
    """The broker's own time-out will abort it; we do not wait for longer."""
    bench.put(4, partition=0)
    bench.settings = bench.settings.model_copy(update={"transaction_timeout_ms": 50})
    bench.script.hold("send")
    lane = bench.lane()
    await lane.start()
    async with asyncio.timeout(5):
        while "discard" not in bench.script.calls:
            await asyncio.sleep(0.001)
    bench.script.release("send")
    await bench.until_all_copied()
    assert bench.copied() == bench.sources()


async def test_rule_6_a_slot_waits_for_kafka_and_goes_on_when_it_is_back(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Promise 5: the offset does not move, and work goes on when the cause is gone."""
    monkeypatch.setattr(runner_module, "FIRST_REOPEN_S", 0.001)
    bench.put(4, partition=0)
    bench.script.fail("commit", UnknownOutcomeError("no answer"))
    lane = bench.lane()
    await lane.start()
    await lane.ready()
    for _ in range(7):
        bench.script.fail("start", UnknownOutcomeError("no Kafka"))
    await bench.until_all_copied()
    assert bench.copied() == bench.sources()
    assert lane.is_ready


async def test_a_lane_that_waits_for_kafka_stops_at_once(bench: Bench) -> None:
    """An operator who stops a worker during an outage does not wait for its end."""
    bench.put(4, partition=0)
    bench.script.fail("commit", FencedError("taken over"))
    lane = bench.lane()
    await lane.start()
    async with asyncio.timeout(5):
        while "discard" not in bench.script.calls:
            await asyncio.sleep(0.001)
        await lane.stop()


async def test_a_lane_that_is_stopped_while_it_gets_slots_has_not_failed(bench: Bench) -> None:
    """Row 32: the consumer goes while slots open; that is no reason for a status that is not 0."""
    bench.put(8)
    bench.script.hold("start")
    bench.script.fail("start", RuntimeError("the consumer was stopped"), after=True)
    lane = bench.lane()
    starting = asyncio.create_task(lane.start())
    await bench.script.reached["start"].wait()
    stopping = asyncio.create_task(lane.stop())
    await asyncio.sleep(0)
    bench.script.release("start")
    await asyncio.gather(starting, stopping)
    running = asyncio.create_task(lane.run())
    done, _ = await asyncio.wait({running}, timeout=0.01)
    running.cancel()
    assert not done


async def test_rule_6_a_slot_that_never_succeeds_ends_the_lane(bench: Bench) -> None:
    """Promise 5: stop, never skip. The process is restarted from outside."""
    bench.put(1, partition=0)
    for _ in range(10):
        bench.script.fail("commit", UnknownOutcomeError("no answer"))
    lane = bench.lane()
    await lane.start()
    with pytest.raises(UnknownOutcomeError, match="in a row"):
        async with asyncio.timeout(5):
            await lane.run()
    assert bench.copied() == []


async def test_rule_7_a_fenced_slot_drops_its_work_and_writes_nothing(bench: Bench) -> None:
    """Another worker has the slot: its records are its own; ours vanish."""
    bench.put(6, partition=0)
    bench.settings = bench.settings.model_copy(update={"session_timeout_ms": 40})
    bench.script.fail("commit", FencedError("taken over"))
    lane = bench.lane()
    await lane.start()
    await bench.until_all_copied()
    assert bench.copied() == bench.sources()


async def test_rule_7_an_error_while_slots_open_ends_the_lane(bench: Bench) -> None:
    """aiokafka swallows what a rebalance callback raises; the lane does not."""
    bench.script.fail("start", UnknownOutcomeError("no producer id"))
    lane = bench.lane()
    await lane.start()
    with pytest.raises(TransientError):
        async with asyncio.timeout(5):
            await lane.run()
    assert not lane.is_ready


async def test_rule_8_other_tasks_run_while_a_large_batch_is_judged(bench: Bench) -> None:
    """Heartbeats share the loop: 640 records of half a millisecond each leave it many times."""
    bench.put(640, partition=0)
    ticks = 0

    def slow(records: object) -> None:
        until = time.perf_counter() + 0.0005 * len(records)  # type: ignore[arg-type]
        while time.perf_counter() < until:
            pass

    async def heartbeat() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0)

    lane = bench.lane(CopyStep(on_add=slow))
    await lane.start()
    during = []
    beat = asyncio.create_task(heartbeat())
    original = bench.script.run

    async def note_ticks(call: str, action: object) -> object:
        during.append((call, ticks))
        return await original(call, action)  # type: ignore[arg-type]

    bench.script.run = note_ticks  # type: ignore[method-assign]
    await bench.until_all_copied()
    beat.cancel()
    assert ticks >= 8


async def test_rule_10_a_range_open_twice_is_judged_record_by_record_apart(bench: Bench) -> None:
    """The killer is dead-lettered unread, its neighbours are judged as ever."""
    bench.put(10, partition=0)
    bench.notes.kept["0"] = OpenNote({0: (0, 10)}, deaths=1)
    probe = ProbeThatDiesOf(offset=4)
    lane = bench.lane(step := CopyStep(), new_probe=lambda: probe)
    await lane.start()
    await bench.until_all_copied()
    assert bench.copied() == bench.sources()
    how = {record.value: dict(record.headers)["how"] for record in bench.log.visible("traces.valid")}
    assert how.pop(b"4") == b"killer after 3"
    assert set(how.values()) == {b"copied"}
    assert probe.asked == list(range(10))
    assert all(source.offset != 4 for source in step.seen)  # type: ignore[attr-defined]


async def test_rule_10_one_death_is_not_enough(bench: Bench) -> None:
    """A worker that was killed by its operator leaves no suspicion, only a count."""
    bench.put(10, partition=0)
    bench.notes.kept["0"] = OpenNote({0: (0, 10)}, deaths=0)
    lane = bench.lane(new_probe=lambda: pytest.fail("no probe is needed"))
    await lane.start()
    await bench.until_all_copied()
    assert bench.notes.written[0].deaths == 1


async def test_rule_10_a_batch_that_was_committed_after_all_is_no_death(bench: Bench) -> None:
    """Killed between the commit and the next batch: the note is old, the offset says so."""
    bench.put(10, partition=0)
    bench.notes.kept["0"] = OpenNote({0: (0, 0)}, deaths=5)
    lane = bench.lane(new_probe=lambda: pytest.fail("no probe is needed"))
    await lane.start()
    await bench.until_all_copied()
    assert bench.notes.written[0].deaths == 0


async def test_a_graceful_stop_leaves_no_note(bench: Bench) -> None:
    """The next start suspects nothing."""
    bench.put(10)
    lane = bench.lane()
    await lane.start()
    await bench.until_all_copied()
    await lane.stop()
    assert bench.notes.kept == {}
