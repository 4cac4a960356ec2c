"""What we write follows its published schema, and the schema refuses what we would never write (DESIGN 4)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from assay.agents.topics import CLASSIFIED_MAX_BYTES, FAILING_MAX_BYTES, TOPICS
from assay.pipeline.classify import Classifier, Unknown
from assay.pipeline.core import headers
from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.issue import Category, Issue, Severity
from assay.pipeline.core.outcome import Disposition, Hop, Outcome, Reason
from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.record import RawRecord, Source
from assay.pipeline.core.team import Team
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.core.verdict import NONE
from assay.pipeline.dispose import (
    DeadLetteredWriter,
    Effect,
    FailingWriter,
    QuarantinedWriter,
    ReceiptWriter,
    RuleTried,
    Tally,
    Tried,
    Try,
)
from assay.pipeline.dispose.ending import MOST_CODES, MOST_TRIES
from assay.pipeline.dispose.envelope import MAX_BYTES, PENDING
from assay.pipeline.dispose.listing import TEXT_LIMITS
from assay.pipeline.dispose.testing import BUNDLE, KeylessSealer, a_record, a_verdict, an_issue
from assay.pipeline.remediate import RuleResult

LATEST_NS = 253_402_300_799 * 10**9  # the end of the year 9999: RFC 3339 has four digits for it


def _schema(kind: str) -> Any:
    return orjson.loads(
        files("assay.schemas").joinpath("assay").joinpath(kind).joinpath("1-0-0.json").read_bytes()
    )


FAILED_TRACE_SCHEMA = _schema("failed_trace")
TALLY_SCHEMA = _schema("tally")
ISSUE_SCHEMA = _schema("issue")
RECEIPT_SCHEMA = _schema("receipt")
FAILED_TRACE = Draft202012Validator(FAILED_TRACE_SCHEMA)
TALLY = Draft202012Validator(TALLY_SCHEMA)
ISSUE = Draft202012Validator(ISSUE_SCHEMA)
RECEIPT = Draft202012Validator(RECEIPT_SCHEMA)

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
words = st.from_regex(r"[A-Za-z0-9_.:-]{1,20}", fullmatch=True)
times = st.integers(0, LATEST_NS)
issues = st.builds(
    Issue,
    code=st.sampled_from(IssueCode),
    category=st.sampled_from(Category),
    severity=st.sampled_from(Severity),
    blocking=st.booleans(),
    path=st.just("") | text.map(lambda token: f"/{token}"),
    keyword=text,
    message=text | st.just("m" * 5000),
    expected=text,
    actual_masked=text,
    rule=text,
    detector=text,
)
records = st.builds(
    a_record,
    st.none() | st.binary(max_size=50),
    key=st.none() | st.binary(max_size=20),
    headers=st.lists(st.tuples(text, st.binary(max_size=10)), max_size=3),
    topic=st.from_regex(r"[a-zA-Z0-9._-]{1,249}", fullmatch=True),
    partition=st.integers(0, 2**31 - 1),
    offset=st.integers(0, 2**63 - 1),
    timestamp=st.integers(-(2**63), 2**63 - 1),
)
verdicts = st.builds(
    lambda found, **parts: a_verdict(*found, **parts),
    st.lists(issues, min_size=1, max_size=4),
    tenant=words,
    subject=words,
    schema_version=words,
    trace_id=text,
    producer=text,
    readable=st.booleans(),
)
odd = st.none() | st.booleans() | st.integers(-5, 5) | text | st.lists(text, max_size=2)
odd_issues = odd | st.fixed_dictionaries(
    {},
    optional={
        "code": odd | st.sampled_from(IssueCode),
        "category": odd | st.sampled_from(Category),
        "severity": odd | st.sampled_from(Severity),
        "blocking": odd,
        "path": odd | st.just("/steps/0" * 1000),
        "rule": odd | st.just("r" * 1000),
    },
)
CLASSIFY = Classifier(BUNDLE)
writers = st.sampled_from(
    [FailingWriter(BUNDLE, KeylessSealer(), "g"), FailingWriter(BUNDLE, KeylessSealer(), "g", 65_536)]
)


@given(writers, records, verdicts, times)
def test_every_envelope_follows_its_schema(
    write: FailingWriter, record: Any, verdict: Any, now_ns: int
) -> None:
    FAILED_TRACE.validate(_json(write(record, verdict, now_ns)))


@given(writers, records, verdicts, times)
def test_every_classified_envelope_and_every_issue_fact_follows_its_schema(
    write: FailingWriter, record: Any, verdict: Any, now_ns: int
) -> None:
    failing = write(record, verdict, now_ns)
    classified = CLASSIFY(RawRecord("traces.invalid", 0, 0, 0, failing.key, failing.value, failing.headers))
    FAILED_TRACE.validate(_json(classified.outgoing))
    assert classified.facts
    for fact in classified.facts:
        ISSUE.validate(_json(fact))


tries = st.builds(Try, text, text, st.lists(text, max_size=20), st.sampled_from(RuleResult), text)


@given(records, verdicts, st.sampled_from(Reason), st.lists(tries, max_size=20))
def test_every_envelope_at_its_end_follows_its_schema(
    record: Any, verdict: Any, reason: Reason, tried: list[Try]
) -> None:
    """S0-127, S0-129: with what was tried, whatever a rule is called."""
    failing = FailingWriter(BUNDLE, KeylessSealer(), "g")(record, verdict, 0)
    for write in (QuarantinedWriter(BUNDLE), DeadLetteredWriter(BUNDLE, "g")):
        came = RawRecord("traces.classified", 0, 0, 0, failing.key, failing.value, failing.headers)
        ended = write(came, _json(failing), reason, tried)
        assert ended is not None
        FAILED_TRACE.validate(_json(ended))


def a_tried(rules: Sequence[RuleTried], **members: Any) -> Tried:
    return Tried(
        source=Source("traces.raw", 0, 0),
        tenant="acme",
        subject="workflow_trace",
        schema_version="1.2.0",
        trace_id=NONE,
        producer=NONE,
        producer_version=NONE,
        attempts=1,
        fingerprint="0" * 16,
        rules=rules,
        patch=[],
        inverse=[],
        came=b"",
        left=None,
        outcome=Outcome.REMEDIATED,
        reason=Reason.REPAIRED,
    )._replace(**members)


A_RULE = RuleTried("fill_in", "1", (IssueCode.SCHEMA_REQUIRED_MISSING,), "applied", "", "", "", Effect.FIXED)
rules = st.builds(
    RuleTried,
    words,
    words,
    st.lists(st.sampled_from(IssueCode), max_size=3).map(tuple),
    st.sampled_from(RuleResult),
    words | st.just(""),
    st.sampled_from(["", "a" * 64]),
    st.sampled_from(["", "b" * 64]),
    st.sampled_from(Effect),
)


@given(
    st.lists(rules, min_size=1, max_size=3),
    st.sampled_from(sorted(RECEIPT_SCHEMA["properties"]["reason"]["enum"])),
    st.none() | st.binary(max_size=9),
    times,
)
def test_every_receipt_follows_its_schema(
    tried: list[RuleTried], reason: str, left: bytes | None, now_ns: int
) -> None:
    write = ReceiptWriter(BUNDLE, KeylessSealer())
    for receipt in write(a_tried(tried, reason=Reason(reason), left=left), now_ns):
        RECEIPT.validate(_json(receipt))


@given(st.lists(odd_issues, min_size=1, max_size=4), words)
def test_a_fact_follows_its_schema_whatever_the_envelope_says_of_its_issues(
    found: list[Any], tenant: str
) -> None:
    """D-15, D-21: readers of facts need not know what a broken worker may write."""
    document = _json(_write(a_record(), MAX_BYTES)) | {"issues": found, "tenant_id": tenant}
    classified = CLASSIFY(RawRecord("traces.invalid", 0, 0, 0, b"k", orjson.dumps(document)))
    for fact in classified.facts:
        ISSUE.validate(_json(fact))


@given(records, words, st.integers(0, 10), times)
def test_every_dead_letter_follows_its_schema(record: Any, tenant: str, deaths: int, now_ns: int) -> None:
    write = FailingWriter(BUNDLE, KeylessSealer(), "g")
    FAILED_TRACE.validate(_json(write.dead_letter(record, deaths, now_ns, tenant)))


def test_a_claim_check_follows_the_schema() -> None:
    document = _json(_write(a_record(b"x" * 100_000), 65_536))
    assert "claim_check" in document["payload"]
    FAILED_TRACE.validate(document)


@dataclass(frozen=True)
class Span:
    topic: str
    partition: int
    first: int
    next: int
    fetched: int


spans = st.builds(Span, words, *[st.integers(0, 2**31 - 1)] * 4)
counted = st.tuples(
    records, words, st.sampled_from([*Outcome, *Hop]), st.sampled_from(Reason), st.lists(issues, max_size=3)
)


@given(
    st.lists(counted, max_size=5),
    st.lists(spans, min_size=1, max_size=3),
    st.lists(st.sampled_from(Unknown), max_size=3),
    times,
)
def test_every_tally_follows_its_schema(
    seen: list[Any], sources: list[Span], unknown: list[Unknown], now_ns: int
) -> None:
    tally = Tally("detector", "assay.dev.detector", BUNDLE)
    for record, tenant, outcome, reason, found in seen:
        tally.count(record, tenant, outcome, reason, now_ns, issues=found)
    tally.note_unknown(unknown)
    for outgoing in tally.to_outgoing(sources, now_ns):
        TALLY.validate(_json(outgoing))


def _examples() -> dict[str, tuple[Draft202012Validator, Any]]:
    tally = Tally("detector", "g", BUNDLE)
    tally.count(a_record(), "acme", Outcome.VALID, Reason.PASSED, 0)
    failing = _write(a_record(), MAX_BYTES)
    record = RawRecord("traces.invalid", 0, 0, 0, failing.key, failing.value, failing.headers)
    return {
        "issue": (ISSUE, _json(CLASSIFY(record).facts[0])),
        "failed_trace": (FAILED_TRACE, _json(_write(a_record(), MAX_BYTES))),
        "receipt": (RECEIPT, _json(ReceiptWriter(BUNDLE, KeylessSealer())(a_tried([A_RULE]), 0)[0])),
        "tally": (TALLY, _json(tally.to_outgoing([Span("t", 0, 0, 1, 1)], 0)[0])),
    }


@pytest.mark.parametrize("kind", ["failed_trace", "tally", "issue", "receipt"])
def test_no_member_may_be_missing_or_made_up(kind: str) -> None:
    validator, document = _examples()[kind]
    assert validator.is_valid(document)
    for name in document:
        assert not validator.is_valid({key: value for key, value in document.items() if key != name}), name
    assert not validator.is_valid(document | {"headers": {}})


@pytest.mark.parametrize(
    "change",
    [
        {"trace_id": "jane.doe@example.com"},
        {"schema": "assay/failed_trace/2-0-0"},
        {"payload": {"value": "e30="}},
        {"payload": None},
        {"failure_id": "42"},
        {"severity": "urgent"},
        {"team": "someone"},
        {"disposition": "skipped"},
        {"detected_at": "yesterday"},
        {"issues": [{"code": "schema.required_missing"}]},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_schema_refuses_what_no_reader_could_use(change: dict[str, Any]) -> None:
    assert not FAILED_TRACE.is_valid(_json(_write(a_record(), MAX_BYTES)) | change)


def test_the_words_of_the_schemas_are_those_of_the_code() -> None:
    members = FAILED_TRACE_SCHEMA["properties"]
    issue = FAILED_TRACE_SCHEMA["$defs"]["issue"]["properties"]
    assert FAILED_TRACE_SCHEMA["$defs"]["severity"]["enum"] == [*Severity]
    assert issue["category"]["enum"] == [*Category]
    assert members["team"]["enum"] == [*Team]
    assert set(members["disposition"]["enum"]) == {PENDING, *Disposition, *Outcome} - {Outcome.VALID}
    assert {name: issue[name]["maxLength"] for name in TEXT_LIMITS} == TEXT_LIMITS
    line = TALLY_SCHEMA["properties"]["counts"]["items"]["properties"]
    assert set(line["outcome"]["enum"]) == {*Outcome, *Hop}
    assert set(line["reason"]["enum"]) == {*Reason}
    assert set(TALLY_SCHEMA["properties"]["unknown"]["properties"]) == {*Unknown}
    tried = members["remediation"]
    assert (tried["maxItems"], tried["items"]["properties"]["codes"]["maxItems"]) == (MOST_TRIES, MOST_CODES)
    assert tried["items"]["properties"]["result"]["enum"] == [*RuleResult]
    receipt = RECEIPT_SCHEMA["properties"]
    assert receipt["result"]["enum"] == [*RuleResult]
    assert receipt["effect"]["enum"] == [*Effect]
    assert set(receipt["outcome"]["enum"]) == {*Outcome} - {Outcome.VALID}
    assert set(receipt["reason"]["enum"]) <= {*Reason}
    fact = ISSUE_SCHEMA["properties"]
    assert fact["severity"]["enum"] == [*Severity]
    assert fact["category"]["enum"] == [*Category]
    assert fact["team"]["enum"] == [*Team]


def test_no_member_of_a_schema_is_left_unexplained() -> None:
    for schema in _assay_schemas():
        for where, member in _members(schema):
            assert member.get("description") or "$ref" in member or "oneOf" in member, where


def test_each_schema_is_itself_one() -> None:
    for schema in _assay_schemas():
        Draft202012Validator.check_schema(schema)


def test_a_classified_trace_fits_its_topic_however_it_came() -> None:
    """Promise 5 would have the lane stop for ever at a record that it cannot write."""
    longest = [(name, b"x" * 300) for name in (headers.SRC, headers.TENANT, headers.BUNDLE, headers.REASON)]
    came = RawRecord("traces.invalid", 0, 0, 0, b"k", b"x" * (FAILING_MAX_BYTES - 1200), longest)
    went = CLASSIFY(came).outgoing
    grown = sum(len(name) + len(value or b"") for name, value in went.headers)
    assert TOPICS[TopicRole.CLASSIFIED].max_message_bytes > len(went.value or b"") + grown + 1000


def test_envelopes_are_made_to_fit_the_topics_that_carry_them() -> None:
    assert MAX_BYTES == FAILING_MAX_BYTES
    assert TOPICS[TopicRole.INVALID].max_message_bytes == MAX_BYTES
    for role in (TopicRole.QUARANTINE, TopicRole.DEAD_LETTER):
        assert TOPICS[role].max_message_bytes >= CLASSIFIED_MAX_BYTES


def test_who_cannot_be_told_is_called_none() -> None:
    document = _json(FailingWriter(BUNDLE, KeylessSealer(), "g").dead_letter(a_record(), 2, 0))
    assert document["tenant_id"] == document["trace_id"] == NONE


def _assay_schemas() -> Iterator[Any]:
    def walk(folder: Traversable) -> Iterator[Traversable]:
        for entry in folder.iterdir():
            yield from walk(entry) if entry.is_dir() else [entry]

    for file in walk(files("assay.schemas").joinpath("assay")):
        assert file.name.endswith(".json"), file.name
        yield orjson.loads(file.read_bytes())


def _members(schema: Any, where: str = "") -> Iterator[tuple[str, Any]]:
    """All properties, those inside arrays and definitions too."""
    if not isinstance(schema, dict):
        return
    for name, member in schema.get("properties", {}).items():
        yield f"{where}/{name}", member
        yield from _members(member, f"{where}/{name}")
    yield from _members(schema.get("items"), f"{where}/*")
    for name, definition in schema.get("$defs", {}).items():
        yield from _members(definition, f"{where}#{name}")


def _write(record: Any, max_bytes: int) -> Outgoing:
    return FailingWriter(BUNDLE, KeylessSealer(), "g", max_bytes)(record, a_verdict(an_issue()), 0)


def _json(outgoing: Outgoing) -> Any:
    assert outgoing.value is not None
    return orjson.loads(outgoing.value)
