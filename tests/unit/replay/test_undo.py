"""Undoing a version of a rule: what it published is taken back and judged anew, once, and never repaired by it again."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from importlib.resources import files
from typing import Any

import pytest
from aiokafka import TopicPartition
from jsonschema import Draft202012Validator

from assay.agents.auto_remediation import AutoRemediationStep
from assay.agents.classifier import ClassifierStep
from assay.agents.detector import DetectorStep
from assay.agents.lanes.step import LaneStep, SourceRange
from assay.agents.replay.forge import Forge
from assay.agents.replay.predict import read_book
from assay.agents.replay.shelf import MemoryShelf
from assay.agents.replay.undo_plan import UndoPlanner
from assay.agents.replay.undoing import Undoing, undone
from assay.agents.topics import RAW_MAX_BYTES, topic_name
from assay.agents.transport.partitioner import partition_of
from assay.pipeline.core import headers as names
from assay.pipeline.core.clock import rfc3339
from assay.pipeline.core.document import MISSING
from assay.pipeline.core.errors import UnknownOutcomeError
from assay.pipeline.core.record import RawRecord, Record, Source, source_of
from assay.pipeline.core.replay_mark import read_mark
from assay.pipeline.core.retraction import is_retraction_event, retracted
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.dispose.testing import KeylessSealer
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.replay import (
    Job,
    Origin,
    Repaired,
    ReplayDecision,
    ReplayFilter,
    ReplayRequest,
    Status,
    Undo,
    Verb,
    read_published,
)
from assay.pipeline.replay.request import MOST_HOPS
from assay.pipeline.testing import changed, clean_trace

from .conftest import PARTITIONS, RAW, SECRET, Crash, Scene

REMEDIATED, RECEIPTS = TopicRole.REMEDIATED.value, TopicRole.RECEIPTS.value
KEYS = KeylessSealer()
RULE, OTHER = "missing_required_fields", "invalid_data_types"
TYPE_MISSING = changed(clean_trace(), {"/trace_type": MISSING})
"""Repaired by :data:`RULE` alone."""
WRONG_TYPE = changed(clean_trace(), {"/trust_score": "0.93"})
"""Repaired by :data:`OTHER` alone."""
BOTH = changed(TYPE_MISSING, {"/trust_score": "0.93"})
EVENT = Draft202012Validator(
    json.loads(files("assay.schemas").joinpath("assay/retraction/1-0-0.json").read_bytes())
)


@dataclass
class Loop:
    """Raw records, the three lanes that judge them, and the replay agent behind them: all in memory."""

    scene: Scene
    bundle: Bundle
    judged: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.use(self.bundle)

    def use(self, bundle: Bundle) -> None:
        self.steps: Sequence[LaneStep] = (
            DetectorStep(bundle, KEYS, "detector", secret=SECRET),
            ClassifierStep(bundle, "classifier"),
            AutoRemediationStep(bundle, KEYS, "auto_remediation"),
        )

    def produce(self, document: Any, partition: int = 0, key: bytes = b"key", tenant: int = 42) -> Source:
        value = json.dumps(changed(document, {"/context/tenant_id": tenant})).encode()
        stamp = self.scene.clock.now_ns() // 10**6
        offset = self.scene.log.append(
            TopicPartition(RAW, partition), key, value, [("h", b"v")], timestamp=stamp
        )
        return Source(RAW, partition, offset)

    def judge(self) -> None:
        """What came in since is judged, and all that comes of it is written."""
        now_ns = self.scene.clock.now_ns()
        for number in range(PARTITIONS):
            records, position = self.scene.log.read(
                TopicPartition(RAW, number), self.judged.get(number, 0), 1 << 30
            )
            self.judged[number] = position
            for record in records:
                self._judge(record, now_ns)

    def _judge(self, record: Record, now_ns: int) -> None:
        at: Record = record
        for step in self.steps:
            work = step.begin()
            work.add([at], now_ns)
            out = work.finish([SourceRange(at.topic, at.partition, at.offset, at.offset + 1, 1)], now_ns)
            for each in out:
                topic = topic_name(each.role)
                partition = each.partition
                if partition is None:
                    partition = partition_of(each.key, self.scene.log.partitions(topic)) or 0
                stamp = now_ns // 10**6 if each.timestamp is None else each.timestamp
                self.scene.log.append(
                    TopicPartition(topic, partition), each.key, each.value, each.headers, timestamp=stamp
                )
            first = out[0]
            if first.role not in {TopicRole.INVALID, TopicRole.CLASSIFIED}:
                return
            at = RawRecord(first.role.value, record.partition, 3, 0, first.key, first.value, first.headers)

    def undo(self, job: str = "u-1", *, rule: str = RULE, tenant: str = "", **window: str) -> None:
        undo = Undo(rule, "1", **{"since": "2000-01-01T00:00:00.000000000Z"} | window)
        wanted = ReplayFilter(tenant=tenant)
        request = ReplayRequest(wanted, (Origin.REMEDIATED,), 100_000, MOST_HOPS, undo=undo)
        self.scene.tell(job, Verb.START, request)

    async def undone(self, job: str = "u-1", **options: Any) -> Job:
        self.undo(job, **options)
        return await self.scene.run(job)

    def published(self, partition: int | None = None) -> list[Record]:
        return [each for each in self.scene.log.visible(REMEDIATED) if partition in {None, each.partition}]

    def taken_back(self) -> list[Source]:
        return [source for each in self.published() if (source := retracted(each)) is not None]

    def ends(self) -> Counter[str]:
        """How the records of the raw topic ended, retractions aside."""
        found: Counter[str] = Counter()
        for role in (TopicRole.VALID, TopicRole.REMEDIATED, TopicRole.QUARANTINE, TopicRole.DEAD_LETTER):
            for record in self.scene.log.visible(role.value):
                if retracted(record) is None:
                    said = dict(record.headers)
                    found[
                        f"{(said[names.REASON] or b'').decode()} {(said[names.ATTEMPT] or b'').decode()}"
                    ] += 1
        return found


@pytest.fixture
def loop(scene: Scene, bundle: Bundle) -> Loop:
    return Loop(scene, bundle)


async def test_what_the_version_published_is_taken_back_and_judged_as_it_came(loop: Loop) -> None:
    """Promises 1 and 2: a retraction behind each trace, and its raw record once more, byte for byte. S0-101, S0-103."""
    sources = [loop.produce(TYPE_MISSING, number % 4) for number in range(20)]
    others = [loop.produce(WRONG_TYPE, number % 4) for number in range(5)]
    loop.produce(clean_trace())
    loop.judge()
    assert loop.ends() == {"repaired 0": 25, "passed 0": 1}
    job = await loop.undone()
    assert (job.done, job.status) == ({ReplayDecision.REPLAY: 20}, Status.SUCCEEDED)
    assert sorted(loop.taken_back()) == sorted(sources)
    assert not set(loop.taken_back()) & set(others)
    raw = {source_of(record): record for record in loop.scene.log.visible(RAW)}
    again = loop.scene.replayed()
    assert len(again) == 20
    for record, mark in again:
        assert (record.key, record.value) == (raw[mark.of].key, raw[mark.of].value)
        assert (record.partition, mark.attempt, mark.without) == (mark.of.partition, 1, (f"{RULE}@1",))
    loop.judge()
    assert loop.ends() == {"repaired 0": 25, "passed 0": 1, "rule_undone 1": 20}
    for partition in range(PARTITIONS):
        offsets = [mark.of.offset for record, mark in again if record.partition == partition]
        assert offsets == sorted(offsets), "order per key"


async def test_readers_see_it_by_headers_and_by_an_event(loop: Loop) -> None:
    """The same key and partition, behind the trace, without a value; and an event beside the receipts."""
    source = loop.produce(TYPE_MISSING, 2, b"order-7")
    loop.judge()
    await loop.undone()
    trace, retraction = loop.published(2)
    assert (retraction.key, retraction.value) == (b"order-7", None)
    said, came = dict(retraction.headers), dict(trace.headers)
    for name in (names.SRC, names.TENANT, names.SHA256, names.RECEIPT, names.ATTEMPT):
        assert said[name] == came[name]
    assert (said[names.RETRACTS], said[names.REPLAY_JOB]) == (str(source).encode(), b"u-1")
    assert said[names.REPLAY_WITHOUT] == f"{RULE}@1".encode()
    assert not {names.OUTCOME, names.REASON} & said.keys(), "it is no outcome"
    receipt, event = loop.scene.log.visible(RECEIPTS)
    assert is_retraction_event(event)
    assert not is_retraction_event(receipt)
    document = json.loads(event.value or b"")
    EVENT.validate(document)
    assert event.key == receipt.key
    told = json.loads(receipt.value or b"")
    assert {name: document[name] for name in ("repair_id", "rule", "version", "tenant_id", "source")} == {
        name: told[name] for name in ("repair_id", "rule", "version", "tenant_id", "source")
    }


async def test_only_what_was_published_in_the_window_and_of_the_tenant(loop: Loop) -> None:
    kept = [loop.produce(TYPE_MISSING)]
    loop.judge()
    loop.scene.clock.advance(60)
    begin = rfc3339(loop.scene.clock.now_ns())
    wanted = [loop.produce(TYPE_MISSING)]
    other = [loop.produce(TYPE_MISSING, tenant=43)]
    loop.judge()
    loop.scene.clock.advance(60)
    end = rfc3339(loop.scene.clock.now_ns())
    kept.append(loop.produce(TYPE_MISSING))
    loop.judge()
    await loop.undone(since=begin, until=end, tenant="42")
    assert loop.taken_back() == wanted
    await loop.undone("u-2", since=begin, until=end)
    assert loop.taken_back() == wanted + other
    assert not set(loop.taken_back()) & set(kept)


async def test_a_second_undo_does_nothing(loop: Loop) -> None:
    """Idempotent, be it while the traces are under way or after they were judged."""
    loop.produce(TYPE_MISSING)
    loop.judge()
    await loop.undone()
    again = await loop.undone("u-2")
    loop.judge()
    once_more = await loop.undone("u-3")
    assert again.done == once_more.done == {ReplayDecision.NOT_CURRENT: 1}
    assert len(loop.taken_back()) == len(loop.scene.replayed()) == 1


@pytest.mark.parametrize("after", [False, True], ids=["request lost", "answer lost"])
@pytest.mark.parametrize("call", ["begin", "send", "commit"])
async def test_what_fails_on_the_way_is_taken_back_once(
    loop: Loop, monkeypatch: pytest.MonkeyPatch, call: str, after: bool
) -> None:
    """Retraction, event, raw record and the book of them are one transaction (rule 6)."""
    monkeypatch.setattr("assay.pipeline.replay.bucket.MOST_CHUNK", 20)
    sources = [loop.produce(TYPE_MISSING, number % 4) for number in range(60)]
    loop.judge()
    loop.scene.transport.crashes += [
        Crash(call, after, UnknownOutcomeError("no answer"), skip=skip) for skip in (0, 1)
    ]
    job = await loop.undone()
    assert job.replayed == 60
    assert not loop.scene.transport.crashes
    assert Counter(loop.taken_back()) == Counter(sources)
    assert loop.scene.tries() == {(source, 1): 1 for source in sources}
    events = [each for each in loop.scene.log.visible(RECEIPTS) if is_retraction_event(each)]
    assert len(events) == 60


async def test_what_was_undone_stays_undone_at_every_later_try(loop: Loop) -> None:
    """Whoever replays it, and why."""
    source = loop.produce(TYPE_MISSING)
    loop.judge()
    await loop.undone()
    loop.judge()
    assert loop.ends() == {"repaired 0": 1, "rule_undone 1": 1}
    loop.scene.start("r-2")
    await loop.scene.run("r-2")
    [*_, (_, mark)] = loop.scene.replayed()
    assert (mark.of, mark.attempt, mark.without) == (source, 2, (f"{RULE}@1",))


async def test_a_new_version_repairs_what_was_taken_back(loop: Loop, bundle: Bundle) -> None:
    """What an operator does: publish the mended rule, then undo the one that was wrong."""
    loop.produce(TYPE_MISSING)
    loop.judge()
    rules = bundle.remediation_rules
    loop.use(replace(bundle, remediation_rules={**rules, RULE: replace(rules[RULE], version=2)}))
    await loop.undone()
    loop.judge()
    assert loop.ends() == {"repaired 0": 1, "repaired 1": 1}
    assert [retracted(each) is None for each in loop.published()] == [True, False, True]


async def test_a_repair_of_two_rules_is_undone_once_for_each_and_as_a_whole(loop: Loop) -> None:
    source = loop.produce(BOTH)
    loop.judge()
    await loop.undone()
    loop.judge()
    assert loop.ends() == {"repaired 0": 1, "rule_undone 1": 1}
    again = await loop.undone("u-2", rule=OTHER)
    assert again.done == {ReplayDecision.NOT_CURRENT: 1}
    assert loop.taken_back() == [source]


async def test_what_was_repaired_at_a_later_try_is_taken_back_too(loop: Loop, bundle: Bundle) -> None:
    """The mark of that try comes off, the next one goes on, and what was undone before stays undone."""
    rules = bundle.remediation_rules
    source = loop.produce(BOTH)
    loop.judge()
    loop.use(replace(bundle, remediation_rules={**rules, OTHER: replace(rules[OTHER], version=2)}))
    await loop.undone("u-1", rule=OTHER)
    loop.judge()
    assert loop.ends() == {"repaired 0": 1, "repaired 1": 1}
    await loop.undone("u-2")
    [_, (record, mark)] = loop.scene.replayed()
    assert (mark.of, mark.attempt, mark.without) == (source, 2, (f"{OTHER}@1", f"{RULE}@1"))
    assert [name for name, _ in record.headers if name == names.REPLAY_PROOF] == [names.REPLAY_PROOF]
    assert len(loop.taken_back()) == 2


async def test_nothing_of_a_trace_is_in_what_tells_of_it(loop: Loop) -> None:
    """Promise 4: retraction, event and book hold ids only."""
    loop.produce(changed(TYPE_MISSING, {"/workflow_id": "canary-8d1f"}))
    loop.judge()
    await loop.undone()
    told = [each for each in loop.published() if retracted(each)]
    told += [*loop.scene.log.visible(RECEIPTS), *loop.scene.log.visible(TopicRole.REPLAYS.value)]
    for record in told:
        content = b"".join((record.value or b"", *(value or b"" for _, value in record.headers)))
        assert b"canary" not in content


# One trace, and what can be wrong with it


def forge(bundle: Bundle) -> Forge:
    return Forge(bundle, KEYS, KEYS, SECRET, raw_topic=RAW, most_bytes=RAW_MAX_BYTES)


@pytest.mark.parametrize(
    ("change", "decision"),
    [
        ("nothing", None),
        ("the raw record is gone", ReplayDecision.EXPIRED),
        ("another record stands there", ReplayDecision.NO_PAYLOAD),
        ("it says that it is a later try, and is none", ReplayDecision.NO_PAYLOAD),
        ("it came from another topic", ReplayDecision.OTHER_TOPIC),
        ("no receipt of the rule", ReplayDecision.EXPIRED),
    ],
)
async def test_what_cannot_be_sent_again_as_it_came_stays_as_it_is(
    loop: Loop, bundle: Bundle, change: str, decision: ReplayDecision | None
) -> None:
    """Promise 2: a retraction without the trace's own bytes would leave nobody with anything."""
    source = loop.produce(TYPE_MISSING)
    loop.judge()
    [published], [raw] = loop.published(), loop.scene.log.visible(RAW)
    found = read_published(published)
    assert found is not None
    repair, candidate = found
    raws: dict[Source, Record] = {source: raw}
    repairs = {repair: Repaired(repair, "0" * 16, 0)}
    match change:
        case "the raw record is gone":
            raws = {}
        case "another record stands there":
            raws[source] = replace(raw, value=b"{}")
        case "it says that it is a later try, and is none":
            candidate = candidate._replace(attempt=1)
        case "it came from another topic":
            candidate = candidate._replace(root=Source("elsewhere", 0, 0))
        case "no receipt of the rule":
            repairs = {}
    undo = Undo(RULE, "1", "2000")
    made = undone(published, candidate, Undoing(undo, "u", 1, repairs, raws), forge(bundle), 7)
    if decision is None:
        assert not isinstance(made, ReplayDecision)
        written = made.raw
        came = RawRecord(RAW, written.partition or 0, 9, 0, written.key, written.value, written.headers)
        assert read_mark(came, SECRET) is not None
    else:
        assert made is decision


def test_undo_goes_with_repaired_traces_and_with_nothing_else() -> None:
    undo = Undo(RULE, "1", "2000")
    for members in (
        {"undo": undo},
        {"origins": (Origin.REMEDIATED,)},
        {"undo": undo, "origins": (Origin.REMEDIATED, Origin.QUARANTINE)},
        {"undo": undo, "origins": (Origin.REMEDIATED,), "force": True},
    ):
        with pytest.raises(ValueError, match="only to undo a rule"):
            ReplayRequest(**members)


# The dry run


async def test_a_dry_run_says_what_would_become_of_each_and_writes_nothing(
    loop: Loop, bundle: Bundle
) -> None:
    """Of the traces: one that no other rule can help, one that another version would repair; one is undone already."""
    loop.produce(TYPE_MISSING)
    loop.judge()
    await loop.undone()
    loop.produce(TYPE_MISSING, 1)
    loop.produce(BOTH, 2)
    loop.judge()
    rules = bundle.remediation_rules
    mended = replace(bundle, remediation_rules={**rules, RULE: replace(rules[RULE], version=2)})
    shelf = MemoryShelf(loop.scene.log)
    book = await read_book(shelf, TopicRole.REPLAYS.value)
    request = ReplayRequest(origins=(Origin.REMEDIATED,), undo=Undo(RULE, "1", "2000"))
    before = [len(loop.scene.log.visible(topic)) for topic in (RAW, REMEDIATED, RECEIPTS)]
    for today, outcome in ((bundle, "dead_lettered"), (mended, "remediated")):
        court = Forge(today, KEYS, KEYS, SECRET, raw_topic=RAW, most_bytes=RAW_MAX_BYTES)
        plan = await UndoPlanner(shelf, book, court, today)(request, loop.scene.clock.now_ns())
        assert plan.to_json() == {
            "found": 3,
            "decisions": {"not_current": 1, "replay": 2},
            "predicted": {outcome: 2},
        }
    assert [len(loop.scene.log.visible(topic)) for topic in (RAW, REMEDIATED, RECEIPTS)] == before
