"""From traces.invalid to traces.classified: one record each, the payload as it was, nothing ever raised."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.pipeline.classify import Classified, Classifier
from assay.pipeline.core import headers as names
from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.fingerprint import fingerprint
from assay.pipeline.core.issue import Category, Severity
from assay.pipeline.core.outcome import Reason
from assay.pipeline.core.record import RawRecord
from assay.pipeline.core.team import Team
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.dispose import open_envelope
from assay.pipeline.dispose.testing import BUNDLE, KeylessSealer, a_record, an_issue

from .conftest import Failing, invalid_record

Classify = Callable[[RawRecord], Classified]
DECIDED = {"severity", "fingerprint", "team", "disposition"}
TODAY = replace(BUNDLE, bundle_id="f" * 64)
classify_one = Classifier(TODAY)


def document_of(classified: Classified) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(classified.outgoing.value or b"")
    return document


def headers_of(classified: Classified) -> dict[str, bytes | None]:
    headers = dict(classified.outgoing.headers)
    assert len(headers) == len(classified.outgoing.headers), "a header stands twice"
    return headers


def test_it_says_how_bad_whose_and_what_is_to_be_done(failing: Failing, classify: Classify) -> None:
    """S0-48, S0-118: and the headers say the same as the envelope."""
    classified = classify(failing())
    document = document_of(classified)
    assert (document["severity"], document["team"]) == ("critical", "platform_engineering")
    assert document["disposition"] == "quarantine"
    headers = headers_of(classified)
    assert headers[names.SEVERITY] == b"critical"
    assert headers[names.DISPOSITION] == b"quarantine"
    assert headers[names.REASON] == b"no_rule_applies"
    assert headers[names.FINGERPRINT] == document["fingerprint"].encode()
    assert classified.reason is Reason.NO_RULE_APPLIES
    assert classified.tenant == "acme"


def test_everything_else_leaves_as_it_came(failing: Failing) -> None:
    """Promise 2: attempts, source, issues and payload; key, partition number and the other headers."""
    record = failing()
    classified = classify_one(record)
    before, after = json.loads(record.value or b""), document_of(classified)
    assert {name for name in before if before[name] != after[name]} <= DECIDED
    assert list(before) == list(after)
    assert (classified.outgoing.role, classified.outgoing.partition) == (
        TopicRole.CLASSIFIED,
        record.partition,
    )
    assert (classified.outgoing.key, classified.outgoing.timestamp) == (record.key, None)
    headers = headers_of(classified)
    for name, value in record.headers:
        if name not in {names.BUNDLE, names.REASON, names.SEVERITY, names.FINGERPRINT}:
            assert headers[name] == value
    assert headers[names.BUNDLE] == b"f" * 12, "classified by today's bundle"
    assert after["bundle"] == BUNDLE.bundle_id, "judged by that day's"


def test_the_payload_still_opens(failing: Failing, classify: Classify) -> None:
    raw = a_record(headers=[("h", b"v")])
    opened = open_envelope(document_of(classify(failing())), KeylessSealer())
    assert (opened.key, opened.value, list(opened.headers)) == (raw.key, raw.value, list(raw.headers))


def test_it_agrees_with_the_detector_on_which_problem_it_is(failing: Failing, classify: Classify) -> None:
    record = failing(an_issue(path="/steps/3/name"), an_issue(IssueCode.SCHEMA_TYPE_INVALID, path="/a"))
    assert document_of(classify(record))["fingerprint"] == json.loads(record.value or b"")["fingerprint"]


def test_severity_is_the_worst_and_its_issue_decides_the_team(failing: Failing, classify: Classify) -> None:
    """D-17, S0-49: critical wins over the high one that blocks, and takes its own team with it."""
    blocks = an_issue(
        IssueCode.BUSINESS_STATE_INVALID, category=Category.BUSINESS_LOGIC, severity=Severity.HIGH
    )
    worse = an_issue(IssueCode.SECURITY_PII_CARD, category=Category.SECURITY, blocking=False)
    document = document_of(classify(failing(blocks, worse)))
    assert (document["severity"], document["team"]) == ("critical", "security_team")
    assert document["fingerprint"] == fingerprint(
        "security.pii_card", "workflow_trace", worse.path, "acme", "importer"
    )
    high_only = document_of(classify(failing(blocks)))
    assert (high_only["severity"], high_only["team"]) == ("high", "product_engineering")


def test_an_unknown_severity_or_code_is_critical_and_counted(failing: Failing, classify: Classify) -> None:
    """D-21: a typo of a newer or broken worker hides nothing."""
    issues = json.loads(failing().value or b"")["issues"]
    issues[0] |= {"code": "performance.slow", "severity": "lo"}
    issues.append(issues[0] | {"code": "performance.sluggish", "severity": "low"})
    classified = classify(failing(issues=issues, issues_total=2))
    assert document_of(classified)["severity"] == "critical"
    assert [*classified.unknown] == ["severity", "code"]
    assert [json.loads(fact.value or b"")["severity"] for fact in classified.facts] == ["critical"] * 2


def test_an_unreadable_trace_is_for_a_person(failing: Failing, classify: Classify) -> None:
    corrupt = an_issue(IssueCode.CORRUPT_JSON_MALFORMED, path="")
    classified = classify(failing(corrupt, readable=False))
    assert document_of(classified)["disposition"] == "dead_letter"
    assert classified.reason is Reason.UNREADABLE


def test_who_looks_at_which_category_is_the_owners_to_say(failing: Failing) -> None:
    """S0-51: the bundle's teams, in the envelope and in the facts."""
    bundle = replace(BUNDLE, teams=dict.fromkeys(Category, Team.COMPLIANCE_TEAM))
    classified = Classifier(bundle)(failing())
    assert document_of(classified)["team"] == "compliance_team"
    assert [json.loads(fact.value or b"")["team"] for fact in classified.facts] == ["compliance_team"]


ODD: list[dict[str, Any]] = [
    {"schema": ...},
    {"schema": None},
    {"schema": "assay/failed_trace/2-0-0"},
    {"source": None},
    {"source": {"topic": "t", "partition": None, "offset": 1}},
    {"source": {"topic": "t", "partition": True, "offset": 1}},
    {"source": {"topic": "t", "partition": 0, "offset": -1}},
    {"source": {"topic": "", "partition": 0, "offset": 1}},
    {"tenant_id": None},
    {"tenant_id": {"a": 1}},
    {"tenant_id": ""},
    {"subject": []},
    {"schema_version": 1.2},
    {"detected_at": "yesterday"},
    {"attempts": None},
    {"attempts": 0},
    {"attempts": True},
    {"attempts": "3"},
    {"issues": None},
    {"issues": []},
    {"issues": {"0": {}}},
]


@pytest.mark.parametrize("members", ODD, ids=str)
def test_what_cannot_be_read_as_an_envelope_goes_on_as_it_came(
    failing: Failing, members: dict[str, Any]
) -> None:
    """D-15: the worst ones are not the unclassified ones: they have an outcome, and a reason."""
    check_as_it_came(failing(**members))


@pytest.mark.parametrize(
    "value",
    [None, b"", b"null", b"[]", b"7", b'{"a":', b"\xff\xfe", b"{}", b"[" * 100_000, b'"\\ud800"'],
    ids=repr,
)
def test_so_does_what_is_no_object_at_all(value: bytes | None) -> None:
    check_as_it_came(invalid_record(value, headers=[(names.TENANT, b"acme"), (names.SRC, b"traces.raw/0/1")]))


def check_as_it_came(record: RawRecord) -> None:
    classified = classify_one(record)
    assert classified.outgoing.value == record.value
    assert classified.outgoing.key == record.key
    assert classified.facts == []
    assert (classified.reason, classified.tenant) == (Reason.ENVELOPE_UNREADABLE, "acme")
    headers = headers_of(classified)
    assert headers[names.DISPOSITION] == b"dead_letter"
    assert headers[names.REASON] == b"envelope_unreadable"
    assert headers[names.SEVERITY] == b"critical", "never low (D-21)"
    assert headers[names.SRC] == dict(record.headers)[names.SRC]


def test_an_envelope_too_deep_to_be_written_goes_on_as_it_came(failing: Failing) -> None:
    deep: Any = []
    for _ in range(300):
        deep = [deep]
    check_as_it_came(failing(remediation=deep))


@pytest.mark.parametrize(
    "members",
    [
        {"context": None},
        {"issues": [None]},
        {"issues": ["schema.required_missing"]},
        {"issues": [[], 7, None, {}]},
        {"issues": [{"code": None, "severity": None, "path": None, "blocking": None}]},
        {"issues": [{"code": "schema.type_invalid", "severity": "high", "path": "no pointer"}]},
        {"producer": None},
        {"producer": {"name": {"first": "x"}}},
        {"issues_total": "many"},
        {"disposition": None},
        {"severity": None, "team": None, "fingerprint": None},
        {"payload": None},
        {"subject": ""},
    ],
    ids=str,
)
def test_odd_members_that_nothing_depends_on_are_no_reason_to_give_up(
    failing: Failing, members: dict[str, Any]
) -> None:
    """D-15: ``null`` where an object is expected neither raises nor hides the issues."""
    classified = classify_one(failing(**members))
    assert classified.reason is not Reason.ENVELOPE_UNREADABLE
    assert document_of(classified)["severity"] == "critical"
    assert classified.facts


def test_a_record_that_ends_processes_goes_on_unread(failing: Failing) -> None:
    """Rule 10, promise 6."""
    record = failing()
    classified = classify_one.killer(record)
    assert classified.outgoing.value is record.value
    assert headers_of(classified)[names.DISPOSITION] == b"dead_letter"
    assert (classified.reason, classified.facts) == (Reason.WORKER_CRASH, [])


def test_a_header_that_is_no_tenant_is_no_label() -> None:
    record = invalid_record(b"", headers=[(names.TENANT, b"Jane Doe <jane@example.com>")])
    assert classify_one(record).tenant == "none"
    assert classify_one(invalid_record(b"", headers=[(names.TENANT, None)])).tenant == "none"


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
MEMBERS = [
    "schema",
    "source",
    "tenant_id",
    "subject",
    "schema_version",
    "producer",
    "detected_at",
    "attempts",
    "issues",
    "issues_total",
    "disposition",
    "severity",
    "payload",
]
GOOD = json.loads(
    b'{"schema":"assay/failed_trace/1-0-0","source":{"topic":"t","partition":0,"offset":1,"timestamp":2},'
    b'"tenant_id":"a","subject":"s","schema_version":"1","detected_at":"2023-11-14T22:13:20.000000000Z",'
    b'"attempts":1,"issues":[{"code":"schema.type_invalid","severity":"high","blocking":true,"path":"/a"}]}'
)


@given(
    st.binary(max_size=40)
    | anything.map(lambda value: json.dumps(value).encode())
    | st.dictionaries(st.sampled_from(MEMBERS), anything, max_size=3).map(
        lambda change: json.dumps(GOOD | change).encode()
    ),
    st.lists(st.tuples(st.text(max_size=8), st.none() | st.binary(max_size=8)), max_size=3),
)
def test_whatever_lies_there_has_one_outcome(value: bytes, headers: list[tuple[str, bytes | None]]) -> None:
    """D-15, promise 1: never raises, always a record with a disposition, and what is not read is not changed."""
    classified = classify_one(invalid_record(value, headers=headers))
    outgoing = dict(classified.outgoing.headers)
    assert outgoing[names.DISPOSITION] in {b"quarantine", b"dead_letter", b"remediate"}
    assert outgoing[names.REASON] == classified.reason.encode()
    if classified.reason is Reason.ENVELOPE_UNREADABLE:
        assert classified.outgoing.value == value
