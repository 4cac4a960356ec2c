"""Promise 1 in memory: every raw record has one outcome, and the tallies say exactly what lies on the topics."""

import json
from collections import Counter, defaultdict
from typing import Any

import pytest

from assay.agents.topics import topic_name
from assay.agents.transport.memory import MemoryLog
from assay.pipeline.core.outcome import Hop, Outcome, Reason
from assay.pipeline.core.record import RawRecord, Record, Source
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.dispose import open_envelope
from assay.pipeline.dispose.testing import KeylessSealer
from assay.pipeline.generate import generate
from assay.pipeline.policy.bundle import Bundle

from .conftest import PARTITIONS, InMemory

KILLER = b'{"kills":"the interpreter"}'
WHERE = {
    TopicRole.VALID: Outcome.VALID.value,
    TopicRole.INVALID: Hop.INVALID.value,
    TopicRole.DEAD_LETTER: Outcome.DEAD_LETTERED.value,
}

LATER_REASONS = {
    Reason.ATTEMPTS_EXHAUSTED,
    Reason.SECURITY_OR_COMPLIANCE,
    Reason.RULES_APPLY,
    Reason.NO_RULE_APPLIES,
    Reason.ENVELOPE_UNREADABLE,
    Reason.REPAIRED,
    Reason.REPAIR_FAILED,
    Reason.RULE_NOT_TRUSTED,
    Reason.RULE_UNDONE,
    Reason.PERSON_MUST_LOOK,
    Reason.BREAKER_OPEN,
    Reason.KEY_DESTROYED,
}
"""Given by the classifier and by auto-remediation: ``tests/lanes``."""
DETECTOR_REASONS = {reason.value for reason in set(Reason) - LATER_REASONS}


def kills(record: Record) -> bool:
    return record.value == KILLER


def header(record: Record, name: str) -> str:
    return (dict(record.headers)[name] or b"").decode()


def source(record: Record) -> Source:
    return Source.parse(header(record, "assay-src"))


@pytest.fixture(params=["", "eu."], ids=["no prefix", "prefix"])
async def done(
    request: pytest.FixtureRequest, memory: InMemory, prefixed: InMemory
) -> tuple[InMemory, dict[Source, RawRecord]]:
    """400 traces, a third with one of all faults, one that warns, and one that kills; all judged."""
    run = memory if request.param == "" else prefixed
    load = generate(seed=11, count=400, tenants=4, fault_share=0.35, now_ns=run.clock.now_ns())
    for item in load:
        run.put(item.value, key=item.key, headers=item.headers)
    run.put(KILLER, timestamp=-1)
    run.put(b"{}", headers=[("assay-outcome", b"forged"), ("assay-src", b"x/0/0"), ("h", None)])
    await run.run(kills)
    raw = {
        Source(record.topic, record.partition, record.offset): record
        for record in run.written(TopicRole.RAW)
        if record.topic == topic_name(TopicRole.RAW, run.prefix)
    }
    assert len(raw) == 402
    return run, raw


Done = tuple[InMemory, dict[Source, RawRecord]]


def test_every_record_has_one_outcome_on_one_topic(done: Done) -> None:
    """S0-88."""
    run, raw = done
    found = Counter(source(record) for role in WHERE for record in run.written(role))
    assert found == Counter(raw.keys())


def test_every_reason_that_there_is_was_given(done: Done) -> None:
    """A reason that nothing produces would be a promise to operators that nobody keeps."""
    run, _ = done
    assert {reason for _, _, reason in run.counted()} == DETECTOR_REASONS
    assert {
        header(record, "assay-reason") for role in WHERE for record in run.written(role)
    } == DETECTOR_REASONS


def test_the_tallies_count_what_lies_on_the_topics(done: Done) -> None:
    """DESIGN 4: by tenant, outcome and reason, to the last record."""
    run, _ = done
    on_topics = Counter(
        (header(record, "assay-tenant"), WHERE[role], header(record, "assay-reason"))
        for role in WHERE
        for record in run.written(role)
    )
    assert run.counted() == on_topics


def test_the_tallies_count_what_was_read(done: Done) -> None:
    run, raw = done
    spans: dict[int, list[tuple[int, int]]] = defaultdict(list)
    fetched = 0
    for tally in run.tallies():
        for span in tally["sources"]:
            assert span["topic"] == topic_name(TopicRole.RAW, run.prefix)
            spans[span["partition"]].append((span["first"], span["next"]))
            fetched += span["fetched"]
    assert fetched == len(raw)
    for partition in range(PARTITIONS):
        ordered = sorted(spans[partition])
        ends = [0, *(after for _, after in ordered)]
        assert [first for first, _ in ordered] == ends[:-1], "no gap, no overlap"
    assert sum(tally["bytes"]["in"] for tally in run.tallies()) == sum(
        len(record.value or b"") for record in raw.values()
    )


def test_the_tallies_count_every_issue(done: Done) -> None:
    """Also those of traces that pass with warnings."""
    run, raw = done
    judge = run.judge()
    expected: Counter[tuple[str, str, str]] = Counter()
    for record in raw.values():
        if not kills(record):
            verdict = judge(record, run.clock.now_ns())
            expected.update((verdict.tenant, issue.code, issue.severity) for issue in verdict.issues)
    counted: Counter[tuple[str, str, str]] = Counter()
    for tally in run.tallies():
        for row in tally["issues"]:
            counted[row["tenant"], row["code"], row["severity"]] += row["issues"]
    assert counted == expected
    in_envelopes = sum(
        len(json.loads(record.value or b"")["issues"]) for record in run.written(TopicRole.INVALID)
    )
    assert 0 < in_envelopes < sum(counted.values())


def test_the_metrics_say_the_same_as_the_tallies(done: Done) -> None:
    run, _ = done
    outcomes: Counter[str] = Counter()
    for (_, outcome, _), records in run.counted().items():
        outcomes[outcome] += records
    for outcome in WHERE.values():
        assert f'traces_processed_total{{outcome="{outcome}"}} {float(outcomes[outcome])}\n' in run.metrics()
    assert 'dead_letters_total{reason="worker_crash"} 1.0\n' in run.metrics()
    assert "trace_detection_seconds_count 401.0\n" in run.metrics(), "all but the one that has no time"


def test_what_passes_leaves_as_it_came_on_its_partition_in_its_order(done: Done) -> None:
    """Promise 2."""
    run, raw = done
    last = dict.fromkeys(range(PARTITIONS), -1)
    for record in run.written(TopicRole.VALID):
        came = raw[source(record)]
        assert (record.key, record.value, record.timestamp) == (came.key, came.value, came.timestamp)
        assert list(record.headers)[: len(came.headers)] == list(came.headers)
        assert record.partition == came.partition
        assert came.offset > last[came.partition]
        last[came.partition] = came.offset


@pytest.mark.parametrize("role", [TopicRole.INVALID, TopicRole.DEAD_LETTER])
def test_what_does_not_pass_opens_to_what_came(done: Done, role: TopicRole) -> None:
    """Promise 2: key, value and headers, the forged ones too. S0-58."""
    run, raw = done
    for record in run.written(role):
        came = raw[source(record)]
        opened = open_envelope(json.loads(record.value or b""), KeylessSealer())
        assert (opened.key, opened.value, list(opened.headers)) == (came.key, came.value, list(came.headers))


def test_the_killer_is_dead_lettered_unread_and_its_neighbours_are_judged(done: Done) -> None:
    """Promise 6, rule 10."""
    run, raw = done
    [dead] = run.written(TopicRole.DEAD_LETTER)
    assert raw[source(dead)].value == KILLER
    assert header(dead, "assay-reason") == Reason.WORKER_CRASH
    assert header(dead, "__dlq.errors.delivery.count") == "3"


async def test_the_same_records_give_the_same_outcomes_again(memory: InMemory, shipped: Bundle) -> None:
    """A batch that is done again after a crash must not come out differently: ids, keys, fingerprints."""

    def outcomes() -> list[Any]:
        return sorted(
            (source(record), role, record.key, record.value, list(record.headers))
            for role in WHERE
            for record in memory.written(role)
        )

    items = list(generate(seed=3, count=60, tenants=2, fault_share=0.5, now_ns=memory.clock.now_ns()))
    before = []
    for _ in range(2):
        memory.log = MemoryLog(memory.log._partitions)
        memory._put = 0
        for item in items:
            memory.put(item.value, key=item.key, headers=item.headers)
        await memory.run()
        before.append(outcomes())
    assert before[0] == before[1]
    assert len(before[0]) == 60
