"""Replay in memory: each source once, in order, as it came, whatever goes wrong on the way (fault 28)."""

import asyncio
import hashlib
import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from importlib.resources import files

import pytest
from aiokafka import TopicPartition
from jsonschema import Draft202012Validator

from assay.agents.replay.shelf import MemoryShelf
from assay.pipeline.core.errors import FencedError, SealError, UnknownOutcomeError
from assay.pipeline.core.issue import Severity
from assay.pipeline.core.record import Record
from assay.pipeline.core.replay_mark import original
from assay.pipeline.core.sealed import Sealed
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.dispose.testing import an_issue
from assay.pipeline.replay import Edit, EditKind, Origin, ReplayDecision, ReplayFilter, Status, Verb

from .conftest import Crash, Scene, found, until


async def test_a_trace_goes_through_the_raw_topic_once_more_as_it_came(scene: Scene) -> None:
    """Promise 2: key, value, headers and time of the original; and the mark says which it is. S0-102."""
    source = scene.fail(b'{"a":1}', headers=[("h", b"v"), ("assay-attempt", b"7"), ("null", None)])
    scene.start()
    job = await scene.run()
    [(record, mark)] = scene.replayed()
    assert (mark.of, mark.job, mark.attempt) == (source, "r-1", 1)
    [came] = [each for each in scene.log.visible("traces.raw") if each.offset == source.offset]
    again = original(record, mark)
    assert (again.key, again.value, list(again.headers), again.timestamp) == (
        came.key,
        came.value,
        list(came.headers),
        came.timestamp,
    )
    assert record.partition == came.partition
    assert record.timestamp == scene.clock.now_ns() // 10**6, "retention counts from the replay"
    assert (job.replayed, job.remaining, job.status) == (1, 0, Status.SUCCEEDED)


async def test_each_partition_keeps_its_order(scene: Scene) -> None:
    """Order per key: dead letters lie elsewhere, and all mixed up."""
    for number in range(60):
        role = TopicRole.DEAD_LETTER if number % 3 else TopicRole.QUARANTINE
        scene.fail(b"%d" % number, partition=number % 4, role=role)
    scene.start()
    await scene.run()
    for partition in range(4):
        values = [int(record.value or b"") for record, _ in scene.replayed() if record.partition == partition]
        assert values == list(range(partition, 60, 4))


async def test_only_what_the_filter_lets_through(scene: Scene) -> None:
    wanted = [scene.fail(tenant="acme") for _ in range(3)]
    scene.fail(tenant="other")
    scene.fail(b"{}", an_issue(severity=Severity.LOW))
    scene.start(filter=ReplayFilter(tenant="acme", severity=Severity.CRITICAL))
    await scene.run()
    assert sorted(mark.of for _, mark in scene.replayed()) == sorted(wanted)


async def test_a_source_that_passed_is_left_alone_and_one_that_failed_again_is_not(scene: Scene) -> None:
    """The duplicate guard is exact from the book and the failing records alone."""
    good, bad = scene.fail(b"good"), scene.fail(b"bad")
    scene.start("r-1")
    await scene.run("r-1")
    scene.judge(lambda record: record.value == b"good")
    scene.start("r-2")
    job = await scene.run("r-2")
    assert scene.tries() == {(good, 1): 1, (bad, 1): 1, (bad, 2): 1}
    assert job.done == {ReplayDecision.REPLAY: 1, ReplayDecision.NOT_CURRENT: 2}
    [*_, (record, mark)] = scene.replayed()
    assert [name for name, _ in original(record, mark).headers] == ["h"], "one mark, not two"
    assert mark.timestamp == 1_741_079_705_000


async def test_what_is_under_way_is_not_sent_again(scene: Scene) -> None:
    source = scene.fail()
    scene.start("r-1")
    await scene.run("r-1")
    scene.start("r-2")
    await scene.run("r-2")
    assert scene.tries() == {(source, 1): 1}


async def test_force_sends_again_what_passed(scene: Scene) -> None:
    source = scene.fail()
    scene.start("r-1")
    await scene.run("r-1")
    scene.judge()
    scene.start("r-2", force=True)
    await scene.run("r-2")
    assert scene.tries() == {(source, 1): 1, (source, 2): 1}


async def test_records_that_stand_twice_are_replayed_once(scene: Scene) -> None:
    sources = [scene.fail(copies=3) for _ in range(20)]
    scene.start()
    await scene.run()
    assert scene.tries() == {(source, 1): 1 for source in sources}


async def test_no_trace_goes_round_for_ever(scene: Scene) -> None:
    """The hop limit."""
    source = scene.fail()
    for number in range(6):
        scene.start(f"r-{number}", hop_limit=3)
        job = await scene.run(f"r-{number}")
        scene.judge(lambda _record: False)
    assert scene.tries() == {(source, 1): 1, (source, 2): 1, (source, 3): 1}
    assert job.done[ReplayDecision.HOP_LIMIT] == 1


async def test_a_job_takes_what_had_failed_when_it_began(scene: Scene) -> None:
    """What fails while it runs or waits is not part of it: no job feeds itself, and its plan stays true."""
    source = scene.fail()
    scene.start("r-1")
    scene.tell("r-1", Verb.PAUSE)
    await scene.run("r-1", status=Status.PAUSED)
    scene.fail()
    scene.tell("r-1", Verb.RESUME)
    await scene.run("r-1")
    assert [mark.of for _, mark in scene.replayed()] == [source]


@pytest.mark.parametrize("after", [False, True], ids=["request lost", "answer lost"])
@pytest.mark.parametrize("call", ["begin", "send", "commit"])
async def test_what_fails_on_the_way_is_done_once(scene: Scene, call: str, after: bool) -> None:
    """Raw records and the book of them are one transaction; its outcome is found out, never guessed (rule 6)."""
    sources = [scene.fail(partition=number % 4) for number in range(1500)]
    scene.transport.crashes += [
        Crash(call, after, UnknownOutcomeError("no answer"), skip=skip) for skip in (0, 1, 1)
    ]
    scene.start()
    job = await scene.run()
    assert not scene.transport.crashes, "the test did not do what it says"
    assert scene.tries() == {(source, 1): 1 for source in sources}
    assert job.replayed == 1500


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("call", ["begin", "send", "commit"])
async def test_a_new_process_goes_on_exactly_where_the_dead_one_was(
    scene: Scene, call: str, after: bool
) -> None:
    """SIGKILL at any step: nothing twice, nothing left out."""
    sources = [scene.fail(partition=number % 4) for number in range(2500)]
    scene.start()
    for _ in range(2):
        scene.transport.crashes.append(Crash(call, after, RuntimeError("killed"), skip=1))
        agent = scene.agent()
        await agent.start()
        await until(lambda: not scene.transport.crashes)
        await agent.stop()
    assert 0 < len(scene.replayed()) < 2500
    job = await scene.run()
    assert scene.tries() == {(source, 1): 1 for source in sources}
    assert job.replayed == 2500


async def test_a_frozen_agent_that_wakes_up_writes_nothing(scene: Scene) -> None:
    """A zombie is fenced by the first transaction id that is started after it, whatever its job was."""
    for _ in range(2500):
        scene.fail()
    scene.start()
    frozen = scene.agent()
    await frozen.start()
    await until(lambda: len(scene.replayed()) > 0)
    await scene.transport.group("assay.dev.replay", "quality.replays").freeze(
        frozen._consumer.member  # type: ignore[union-attr]  # the memory transport's consumer
    )
    await scene.run()
    assert set(scene.tries().values()) == {1}
    assert len(scene.replayed()) == 2500


async def test_pause_resume_and_cancel(scene: Scene) -> None:
    for _ in range(50):
        scene.fail()
    scene.start(rate_per_s=1)
    scene.tell("r-1", Verb.PAUSE)
    agent = scene.agent()
    await agent.start()
    await until(lambda: found(agent, "r-1") is Status.PAUSED)
    scene.tell("r-1", Verb.RESUME)
    await until(lambda: found(agent, "r-1") is Status.RUNNING)
    scene.tell("r-1", Verb.CANCEL)
    await until(lambda: found(agent, "r-1") is Status.CANCELLED)
    assert len(scene.replayed()) < 5
    assert agent.book.jobs["r-1"].actor == "ann"


async def test_a_paused_job_is_still_paused_after_a_restart(scene: Scene) -> None:
    for _ in range(10):
        scene.fail()
    scene.start(rate_per_s=1)
    scene.tell("r-1", Verb.PAUSE)
    await scene.run(status=Status.PAUSED)
    scene.tell("r-1", Verb.RESUME)
    scene.tell("r-1", Verb.PAUSE)
    job = await scene.run(status=Status.PAUSED)
    assert job.events >= 4


async def test_one_active_job_per_scope(scene: Scene) -> None:
    scene.fail(tenant="acme")
    scene.start("r-1", rate_per_s=1, filter=ReplayFilter(tenant="acme"))
    scene.tell("r-1", Verb.PAUSE)
    scene.start("r-2", filter=ReplayFilter(severity=Severity.CRITICAL))
    scene.start("r-3", filter=ReplayFilter(tenant="other"))
    scene.start("r-4", filter=ReplayFilter(tenant="acme"), origins=(Origin.DEAD_LETTER,))
    agent = scene.agent()
    await agent.start()
    await until(lambda: found(agent, "r-4") is not None)
    await agent.stop()
    assert found(agent, "r-2") is Status.REFUSED
    assert agent.book.jobs["r-2"].why == "overlaps_an_active_job"
    assert found(agent, "r-3") in {Status.RUNNING, Status.SUCCEEDED}
    assert found(agent, "r-4") is Status.REFUSED, "r-1 takes dead letters too"


async def test_commands_that_make_no_sense_are_declined_once(scene: Scene) -> None:
    scene.tell("nobody", Verb.CANCEL)
    scene.log.append(
        TopicPartition("quality.replays", 0),
        b"x",
        b"\xff",
        [("ce_type", b"assay.replay.command.v1"), ("ce_id", b"odd")],
    )
    for _ in range(2):
        agent = scene.agent()
        await agent.start()
        await until(lambda: len(scene.log.visible("quality.replays")) == 4)
        await agent.stop()
    kinds = Counter(dict(record.headers)["ce_id"] for record in scene.log.visible("quality.replays"))
    assert kinds[b"odd/declined"] == 1
    assert sum(b"declined" in (name or b"") for name in kinds) == 2


async def test_a_destroyed_key_is_told_and_passed_over(scene: Scene) -> None:
    """Crypto-shredding: what does not open is not replayed, and the others are."""
    scene.fail(tenant="gone")
    kept = scene.fail(tenant="acme")
    scene.start()
    agent = scene.agent()
    opener = agent._forge._opener

    class Shredded:
        def open(self, tenant: str, sealed: Sealed, aad: bytes) -> bytes:
            if tenant == "gone":
                raise SealError("destroyed")
            return opener.open(tenant, sealed, aad)

    agent._forge._opener = Shredded()
    await agent.start()
    await until(lambda: found(agent, "r-1") is Status.SUCCEEDED)
    assert agent.book.jobs["r-1"].done == {ReplayDecision.REPLAY: 1, ReplayDecision.KEY_DESTROYED: 1}
    assert [mark.of for _, mark in scene.replayed()] == [kept]


async def test_a_trace_with_no_room_for_the_mark_stays_where_it_is(scene: Scene) -> None:
    """Promise 5: nothing is written that the raw topic cannot take."""
    scene.fail(b"x" * 1_048_000)
    scene.start()
    job = await scene.run()
    assert job.done == {ReplayDecision.TOO_LARGE: 1}


async def test_only_what_would_pass_when_that_is_asked(scene: Scene) -> None:
    scene.fail(b'{"trace_type":"workflow_trace"}')
    scene.start(only_passing=True)
    job = await scene.run()
    assert job.done == {ReplayDecision.WOULD_FAIL: 1}


async def test_what_is_not_ours_on_the_topics_is_passed_over(scene: Scene) -> None:
    """D-15: no record stops a replay."""
    scene.log.append(TopicPartition("traces.quarantine", 0), None, None, [])
    scene.log.append(
        TopicPartition("traces.quarantine", 0), b"k", b"\xff", [("assay-src", b"traces.raw/0/0")]
    )
    scene.log.append(TopicPartition("quality.replays", 0), None, None, [])
    source = scene.fail(partition=1)
    scene.start()
    job = await scene.run()
    assert [mark.of for _, mark in scene.replayed()] == [source]
    assert job.done == {ReplayDecision.REPLAY: 1, ReplayDecision.NO_PAYLOAD: 1}


async def test_many_traces_three_deaths_and_duplicates(scene: Scene) -> None:
    """Fault 28: every source exactly one current outcome."""
    sources = [scene.fail(b"%d" % n, partition=n % 4, copies=1 + n % 2) for n in range(3000)]
    scene.start()
    for skip in (1, 2, 1):
        scene.transport.crashes.append(Crash("commit", skip == 2, FencedError("killed"), skip=skip))
    scene.settings = scene.settings.model_copy(update={"session_timeout_ms": 40})
    await scene.run()

    def odd(record: Record) -> bool:
        return int(hashlib.sha256(record.value or b"").hexdigest(), 16) % 2 == 0

    scene.judge(odd)
    scene.start("r-2")
    await scene.run("r-2")
    scene.judge()
    passed = Counter(dict(record.headers)["assay-replay-of"] for record in scene.log.visible("traces.valid"))
    assert passed == {str(source).encode(): 1 for source in sources}


async def test_it_ends_when_it_is_told_to(scene: Scene) -> None:
    agent = scene.agent()
    await agent.start()
    await asyncio.sleep(0)
    await agent.stop()
    await agent.stop()


async def test_every_record_of_the_book_follows_its_schema(scene: Scene) -> None:
    for number in range(30):
        scene.fail(partition=number % 4, tenant="gone" if number % 2 else "acme")
    scene.start("r-1", filter=ReplayFilter(tenant="acme", sources=frozenset({scene.fail()})))
    scene.tell("r-1", Verb.RESUME)
    scene.start("r-2", origins=(Origin.QUARANTINE,), edit=Edit(EditKind.RULE, "a_rule"))
    scene.start("r-3", filter=ReplayFilter(severity=Severity.CRITICAL, since="2025", tenant="acme"))
    agent = scene.agent()
    await agent.start()
    await until(lambda: found(agent, "r-3") in {Status.SUCCEEDED, Status.REFUSED})
    await until(lambda: not agent.book.waiting() and not [*agent.book.active()])
    await agent.stop()
    validators = {
        kind: Draft202012Validator(
            json.loads(
                files("assay.schemas").joinpath("assay").joinpath(kind).joinpath("1-0-0.json").read_bytes()
            )
        )
        for kind in ("replay", "replay_command")
    }
    seen = Counter[str]()
    for record in scene.log.visible("quality.replays"):
        document = json.loads(record.value or b"")
        kind = document["schema"].split("/")[1]
        validators[kind].validate(document)
        seen[document.get("event", kind)] += 1
    assert {"accepted", "progress", "succeeded", "declined"} <= seen.keys()


async def test_the_time_that_a_search_takes_earns_no_burst(scene: Scene) -> None:
    """The rate limit holds from a job's first record on."""
    now = 0

    class SlowShelf(MemoryShelf):
        async def records(self, topic: str, bounds: Mapping[int, int]) -> AsyncIterator[Sequence[Record]]:
            nonlocal now
            now += 10 * 10**9
            async for batch in super().records(topic, bounds):
                yield batch

    for _ in range(30):
        scene.fail()
    scene.start(rate_per_s=10)
    agent = scene.agent(monotonic_ns=lambda: now)
    agent._shelf = SlowShelf(scene.log)
    await agent.start()
    await until(lambda: "r-1" in agent._runs)
    now += 10**9 // 5
    await until(lambda: len(scene.replayed()) > 0)
    for _ in range(20):
        await asyncio.sleep(0.001)  # turns in which it must not send
    assert len(scene.replayed()) == agent._runs["r-1"].bucket.chunk == 2
