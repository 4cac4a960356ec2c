"""The time detector: naive, future, stale and skewed times, exact to the nanosecond (S4-60)."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.agents.policy_files import read_policy_files
from assay.pipeline.core.clock import NANOS_PER_MILLI, NANOS_PER_SECOND, rfc3339
from assay.pipeline.core.trace import Trace
from assay.pipeline.detect.schema import SchemaDetector
from assay.pipeline.detect.times import TimeDetector
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.parse import load_bundle
from assay.pipeline.policy.time_rules import SkewLimits, SubjectTime, TimeRules

BUNDLE = load_bundle(read_policy_files(None, None))
RECORD_MS = 1_790_000_000_250
RECORD_NS = RECORD_MS * NANOS_PER_MILLI
NOW_NS = RECORD_NS + 2 * NANOS_PER_SECOND
"""The trace is judged two seconds after its record was made."""

RULES = TimeRules(
    future_tolerance_s=300,
    subjects={
        "workflow_trace": SubjectTime(
            stale_after_s=86_400,
            skew=SkewLimits(ahead_s=60, behind_s=3_600),
            producers={
                "patient": SkewLimits(ahead_s=60, behind_s=7_200),
                "strict": SkewLimits(ahead_s=1, behind_s=5),
            },
        )
    },
)
END = "/ended_at"


def detector(rules: TimeRules = RULES, bundle: Bundle = BUNDLE) -> TimeDetector:
    return TimeDetector(replace(bundle, rules=replace(bundle.rules, time=rules)))


DETECTOR = detector()


def at(seconds: float = 0, nanos: int = 0) -> str:
    """A time so long after the record."""
    return rfc3339(RECORD_NS + round(seconds * 1000) * NANOS_PER_MILLI + nanos)


def in_zone(text: str, offset: str) -> str:
    return text.removesuffix("Z") + offset


def judged(document: Any, judge: TimeDetector = DETECTOR, **trace: Any) -> list[str]:
    known: dict[str, Any] = {"timestamp": RECORD_MS, "now_ns": NOW_NS, "schema_version": "1.2.0"}
    parts = {"subject": "workflow_trace", "value": b"", "tenant": "none", **known, **trace}
    return [f"{found.code.value}@{found.path}" for found in judge.detect(Trace(document=document, **parts))]


def run(started: Any = None, ended: Any = None, producer: str | None = None) -> dict[str, Any]:
    """Times of a run: by default one that ended a moment ago; ``...`` leaves a member out."""
    members = {
        "started_at": at(-2) if started is None else started,
        "ended_at": at(-1) if ended is None else ended,
        "context": {"producer": {"name": producer}},
    }
    return {name: value for name, value in members.items() if value is not ...}


TABLE: Mapping[str, tuple[dict[str, Any], list[str]]] = {
    "an ordinary run": (run(), []),
    "the same in another zone": (run(ended=in_zone(at(3599), "+01:00")), []),
    "small letters": (run(ended=at(-1).lower()), []),
    "no fraction": (run(ended=at(-1)[:19] + "Z"), []),
    "a run that still goes on": (run(ended=...), []),
    "the same as Avro writes it": (run() | {"ended_at": None}, []),
    # future: ahead of the clock, which is two seconds after the record
    "at the tolerance": (run(started=at(302), ended=...), ["time.skewed@/started_at"]),
    "a nanosecond past it": (run(started=at(302, 1), ended=...), ["time.future@/started_at"]),
    "a future end": (run(ended=at(400)), ["time.future@/ended_at"]),
    "both in the future": (run(at(390), at(400)), ["time.future@/started_at", "time.future@/ended_at"]),
    "only the start in the future": (run(started=at(86_400)), ["time.future@/started_at"]),
    "the year 9999": (run(ended="9999-12-31T23:59:59.999999999Z"), ["time.future@/ended_at"]),
    "far ahead in its zone only": (run(ended=in_zone(at(14 * 3600 - 1), "+14:00")), []),
    "behind in its zone, and ahead": (
        run(ended=in_zone(at(-3600), "-02:00")),
        ["time.future@/ended_at"],
    ),
    # stale: older than allowed when the record was made
    "a day old": (run(at(-86_401), at(-86_400)), ["time.skewed@/ended_at"]),
    "and a nanosecond": (run(at(-86_401), at(-86_400, -1)), ["time.stale@/ended_at"]),
    "began long ago, ended now": (run(started=at(-900_000)), []),
    "began long ago, and still goes on": (run(at(-900_000), ...), ["time.stale@/started_at"]),
    "before 1970": (run("1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z"), ["time.stale@/ended_at"]),
    "the year 0": (run(ended="0000-01-01T00:00:00Z"), ["time.stale@/ended_at"]),
    "small letters do not make it younger": (
        run(ended=at(-3_600, -1).replace("T", "t")),
        ["time.skewed@/ended_at"],
    ),
    # skewed: further from the record than the producer may be
    "an hour behind": (run(at(-3_601), at(-3_600)), []),
    "and a nanosecond behind": (run(at(-3_601), at(-3_600, -1)), ["time.skewed@/ended_at"]),
    "a minute ahead": (run(ended=at(60)), []),
    "and a nanosecond ahead": (run(ended=at(60, 1)), ["time.skewed@/ended_at"]),
    "hours behind, and still goes on": (run(at(-7_200), ...), []),
    "a producer that may be late": (run(ended=at(-7_200), producer="patient"), []),
    "and later than that": (run(ended=at(-7_201), producer="patient"), ["time.skewed@/ended_at"]),
    "a producer that must be prompt": (run(ended=at(-6), producer="strict"), ["time.skewed@/ended_at"]),
    "and is": (run(ended=at(-5), producer="strict"), []),
    "a producer that must not run ahead": (run(ended=at(2), producer="strict"), ["time.skewed@/ended_at"]),
    # what is no time is the schema's to say
    "words": (run(ended="yesterday"), []),
    "a number": (run(ended=1_790_000_000), []),
    "31 February": (run(ended="2026-02-31T00:00:00Z"), []),
    "a naive time where the schema declares times": (run(ended=at(-1).removesuffix("Z")), []),
    "an end that is no time, and an old start": (
        run(at(-900_000), "yesterday"),
        ["time.stale@/started_at"],
    ),
}


@pytest.mark.parametrize(("document", "expected"), TABLE.values(), ids=TABLE)
def test_what_is_wrong_with_the_times_of_a_trace(document: dict[str, Any], expected: list[str]) -> None:
    assert judged(document) == expected


@pytest.mark.parametrize(
    "document", [None, [], "x", {}, {"started_at": {}}, {"started_at": []}, {"context": None}]
)
def test_whatever_stands_there_is_no_time(document: Any) -> None:
    """D-15."""
    assert judged(document) == []


def test_without_a_timestamp_of_kafkas_nothing_is_late() -> None:
    """A line of a file did not arrive at any time; ``-1`` is Kafka's word for it."""
    document = run(ended=at(-900_000))
    assert judged(document, timestamp=-1) == judged(document, timestamp=0) == []
    assert judged(run(ended=at(400)), timestamp=-1) == ["time.future@/ended_at"]


def test_a_small_t_is_read_as_a_time_and_not_sorted_as_a_letter() -> None:
    midnight_s = RECORD_MS // 86_400_000 * 86_400
    early = rfc3339((midnight_s - 80_000) * NANOS_PER_SECOND).replace("T", "t")
    now_ns = midnight_s * NANOS_PER_SECOND
    found = judged(run(early, early), timestamp=midnight_s * 1000, now_ns=now_ns)
    assert found == ["time.skewed@/ended_at"]


def test_without_a_clock_nothing_is_in_the_future() -> None:
    assert judged(run(ended=at(400)), now_ns=0) == ["time.skewed@/ended_at"]


def test_a_replay_long_after_changes_nothing() -> None:
    """Only the future looks at the clock: what was in time when its record was made stays in time."""
    later = NOW_NS + 400 * 86_400 * NANOS_PER_SECOND
    for name, (document, expected) in TABLE.items():
        if not any("future" in code for code in expected):
            assert judged(document, now_ns=later) == expected, name


@pytest.mark.parametrize("timestamp", [2**63 - 1, 253_402_300_800_000, 32_503_680_000_000])
def test_a_record_from_the_far_future_makes_its_trace_late(timestamp: int) -> None:
    """Whatever the topic lets in as a timestamp."""
    assert judged(run(), timestamp=timestamp) == ["time.stale@/ended_at"]


def test_a_subject_without_rules_has_only_the_future() -> None:
    judge = detector(TimeRules())
    assert judged(run(ended=at(-900_000_000)), judge) == []
    assert judged(run(ended=at(400)), judge) == ["time.future@/ended_at"]


def test_a_subject_without_an_end_is_judged_by_its_time() -> None:
    rules = TimeRules(subjects={"cloudtrail_event": SubjectTime(3_600, SkewLimits(5, 600))})
    judge = detector(rules)
    for seconds, expected in (
        (-600, []),
        (-601, ["time.skewed"]),
        (-3_601, ["time.stale"]),
        (6, ["time.skewed"]),
    ):
        found = judged({"eventTime": at(seconds)}, judge, subject="cloudtrail_event", schema_version="1.0.0")
        assert found == [f"{code}@/eventTime" for code in expected]


def test_a_subject_without_times_is_not_judged() -> None:
    assert judged(run(ended=at(900)), subject="agent_run", schema_version="1.0.0") == []


def test_the_rule_is_the_key_of_the_policy_that_was_broken() -> None:
    def rule(document: dict[str, Any]) -> str:
        [found] = DETECTOR.detect(Trace(document, b"", "workflow_trace", "1.2.0", "none", RECORD_MS, NOW_NS))
        assert str(document["ended_at"]) not in repr(found), "no value (promise 4)"
        return found.rule

    where = "time.subjects.workflow_trace"
    assert rule(run(ended=at(400))) == "time.future_tolerance_s"
    assert rule(run(ended=at(-90_000))) == f"{where}.stale_after_s"
    assert rule(run(ended=at(-4_000))) == f"{where}.skew_behind_s"
    assert rule(run(ended=at(-4_000), producer="strict")) == f"{where}.producers.strict.skew_behind_s"


NAIVE = ("2026-03-01T10:00:00", "2026-03-01 10:00:00", "2026-03-01T10:00:00.123456789")
NOT_NAIVE = ("2026-03-01", "2026-03-01T10:00:00+0100", "2026-02-31T10:00:00", "10:00:00")


def by_schema(document: Any, schema: Any) -> list[str]:
    subject = replace(BUNDLE.subjects["workflow_trace"], schemas={"1.2.0": schema}, expected=())
    judge = SchemaDetector(replace(BUNDLE, subjects={subject.name: subject}))
    trace = Trace(document, json.dumps(document).encode(), subject.name, "1.2.0", "none", RECORD_MS, NOW_NS)
    return [f"{found.code.value}@{found.path}" for found in judge.detect(trace)]


@pytest.mark.parametrize("text", NAIVE + NOT_NAIVE)
@pytest.mark.parametrize(
    "rule",
    [{"format": "date-time"}, {"anyOf": [{"type": "null"}, {"type": "string", "format": "date-time"}]}],
)
def test_a_naive_time_where_a_schema_declares_times_is_said_once(text: str, rule: Any) -> None:
    """By the schema detector, wherever the place is, and not as a format besides."""
    code = "time.naive" if text in NAIVE else "schema.format_inconsistent"
    nested = {"properties": {"audit": {"items": {"properties": {"at": rule}}}}}
    assert by_schema({"audit": [{"at": text}]}, nested) == [f"{code}@/audit/0/at"]
    assert by_schema({"started_at": text}, {"properties": {"started_at": rule}}) == [f"{code}@/started_at"]
    assert judged(run(started=text)) == [], "the time detector leaves it to the schema"


@pytest.mark.parametrize("rule", [{"format": "date"}, {"format": "time"}])
def test_only_times_with_a_date_can_be_naive(rule: Any) -> None:
    assert by_schema({"a": NAIVE[0]}, {"properties": {"a": rule}}) == ["schema.format_inconsistent@/a"]


@pytest.mark.parametrize("text", NAIVE + NOT_NAIVE)
def test_a_naive_time_that_no_schema_tells_of_is_told_by_the_time_detector(text: str) -> None:
    old = BUNDLE.subjects["workflow_trace"]
    subject = replace(old, schemas={"1.2.0": {"properties": {"started_at": {"type": "string"}}}})
    judge = detector(bundle=replace(BUNDLE, subjects={subject.name: subject}))
    assert judged(run(started=text), judge) == (["time.naive@/started_at"] if text in NAIVE else [])


offsets = st.integers(-100_000, 100_000) | st.sampled_from(
    [60, -3_600, 302, -86_400, 61, -3_601, 303, -86_401]
)


@given(offsets, st.integers(-2, 2), st.integers(-1, 2**45), st.sampled_from(["Z", "z", "+00:00"]))
def test_texts_are_compared_as_the_times_that_they_are(
    seconds: int, nanos: int, delay_ms: int, zone: str
) -> None:
    """The short cut for UTC texts never differs from what the integers say."""
    now_ns = RECORD_NS + delay_ms * NANOS_PER_MILLI
    document = run(at(seconds - 1, nanos), in_zone(at(seconds, nanos), zone))
    age_ns = -(seconds * NANOS_PER_SECOND + nanos)
    expected = []
    if RECORD_NS - age_ns > now_ns + 300 * NANOS_PER_SECOND:
        expected = ["time.future"]
    elif age_ns > 86_400 * NANOS_PER_SECOND:
        expected = ["time.stale"]
    elif age_ns > 3_600 * NANOS_PER_SECOND or -age_ns > 60 * NANOS_PER_SECOND:
        expected = ["time.skewed"]
    found = [one for one in judged(document, now_ns=now_ns) if one.endswith(END)]
    assert found == [f"{code}@{END}" for code in expected]
