"""The way of a trace: decode → select → detect, and what is said when one of them gives up (D-15, D-16)."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.issue import Category, Finding, Severity
from assay.pipeline.core.trace import Trace
from assay.pipeline.core.verdict import Verdict
from assay.pipeline.detect import Detector, build_detectors
from assay.pipeline.flow import Judge
from assay.pipeline.policy.bundle import Binding, Bundle
from assay.pipeline.testing import raw_record

NOW_NS = 1_741_079_705_000_000_000
CODES = (IssueCode.SCHEMA_REQUIRED_MISSING, IssueCode.SCHEMA_MISMATCH_MINOR)
SECRET = "geheim 4111-1111"
patient = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@dataclass(frozen=True)
class Finds:
    """Always finds the same."""

    name: str
    findings: Sequence[Finding]

    def detect(self, trace: Trace) -> Sequence[Finding]:
        return self.findings


class Raises:
    name = "buggy"

    def detect(self, trace: Trace) -> Sequence[Finding]:
        raise ZeroDivisionError(SECRET)


class RaisesHalfway:
    """A generator raises when it is asked, not when it is made."""

    name = "buggy"

    def detect(self, trace: Trace) -> Iterator[Finding]:
        yield Finding(IssueCode.SCHEMA_MISMATCH_MINOR)
        raise ZeroDivisionError(SECRET)


class ForgetsToAnswer:
    name = "buggy"

    def detect(self, trace: Trace) -> None:
        return None


class Recurses:
    name = "buggy"

    def detect(self, trace: Trace) -> Sequence[Finding]:
        return self.detect(trace)


def codes(verdict: Verdict) -> list[str]:
    return [issue.code.value for issue in verdict.issues]


def judged(
    bundle: Bundle, document: Any, detectors: Sequence[Detector] | None = None, **record: Any
) -> Verdict:
    value = document if isinstance(document, bytes | None) else json.dumps(document).encode()
    return Judge(bundle, detectors)(raw_record(value, **record), NOW_NS)


def test_a_good_trace_has_no_issue_and_its_tenant_subject_and_version(
    shipped: Bundle, good: dict[str, Any]
) -> None:
    verdict = judged(shipped, good)
    assert verdict.issues == ()
    assert (verdict.blocking, verdict.readable) == (False, True)
    assert verdict.tenant == str(good["context"]["tenant_id"])
    assert (verdict.subject, verdict.schema_version) == ("workflow_trace", "1.2.0")


@pytest.mark.parametrize("buggy", [Raises, RaisesHalfway, ForgetsToAnswer, Recurses])
def test_a_detector_that_crashes_is_an_issue_and_the_others_still_judge(
    shipped: Bundle, good: dict[str, Any], buggy: type[Detector]
) -> None:
    """D-16: whatever the way to crash, and wherever it stands in the row."""
    found = Finding(IssueCode.SCHEMA_TYPE_INVALID, path="/a")
    before, after = Finds("before", [found]), Finds("after", [found, found])
    verdict = judged(shipped, good, [before, buggy(), after])
    assert [(issue.detector, issue.code.value) for issue in verdict.issues] == [
        ("before", "schema.type_invalid"),
        ("buggy", "detector.failed"),
        ("after", "schema.type_invalid"),
        ("after", "schema.type_invalid"),
    ]


def test_what_a_crashed_detector_did_not_judge_does_not_pass(shipped: Bundle, good: dict[str, Any]) -> None:
    """Promise 5: valid would be a promise that nobody checked."""
    verdict = judged(shipped, good, [Raises(), *build_detectors(shipped)])
    [issue] = verdict.issues
    assert verdict.blocking
    assert verdict.readable
    assert (issue.category, issue.severity) == (Category.SCHEMA, Severity.HIGH)
    assert issue.rule == "ZeroDivisionError", "the kind of error, for who must mend it"
    assert SECRET not in repr(verdict), "its text may quote the trace (promise 4)"


def test_all_issues_are_reported_not_the_first(shipped: Bundle, good: dict[str, Any]) -> None:
    """S0-42 in the order of the detectors, D-17 all of them."""
    detectors = [Finds(name, [Finding(code)]) for name, code in (("a", CODES[0]), ("b", CODES[1]))]
    assert codes(judged(shipped, good, detectors)) == [CODES[0].value, CODES[1].value]


def test_an_issue_that_does_not_block_lets_the_trace_pass_and_says_who_it_is(
    shipped: Bundle, good: dict[str, Any]
) -> None:
    verdict = judged(shipped, good, [Finds("a", [Finding(IssueCode.SCHEMA_MISMATCH_MINOR)])])
    assert not verdict.blocking
    assert verdict.identity.trace_id == good["trace_id"]
    assert verdict.identity.producer == good["context"]["producer"]["name"]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (None, "corrupt.empty"),
        (b"", "corrupt.empty"),
        (b" " * 1_000_001, "corrupt.too_large"),
        (b'{"a":"\xe9"}', "corrupt.encoding"),
        (b'{"a":', "corrupt.json_malformed"),
        (b'{"a":1,"\\u0061":2}', "corrupt.duplicate_key"),
        (b"[" * 65 + b"]" * 65, "corrupt.depth"),
        (b'{"a":1e400}', "corrupt.number_range"),
        (b"\x00\x00\x00\x00\x63\x02", "corrupt.avro"),
    ],
)
def test_what_cannot_be_read_has_one_issue_and_nobodys_name(
    shipped: Bundle, value: bytes | None, code: str
) -> None:
    """S0-13, S0-14: on a shared topic nobody can say whose it is."""
    verdict = judged(shipped, value)
    assert codes(verdict) == [code]
    assert verdict.issues[0].detector == "decode"
    assert (verdict.blocking, verdict.readable) == (True, False)
    assert (verdict.tenant, verdict.schema_version) == ("none", "none")
    assert (verdict.identity.trace_id, verdict.identity.producer) == ("none", "none")


def test_on_a_tenants_own_topic_what_cannot_be_read_is_the_tenants(shipped: Bundle) -> None:
    """DESIGN 9: the topic says whose it is, whatever is in it."""
    binding = Binding("traces.raw.acme", "acme", "agent_run", frozenset({"agent_run"}))
    bundle = replace(shipped, bindings={binding.topic: binding})
    verdict = judged(bundle, b"{", topic="traces.raw.acme")
    assert (verdict.tenant, verdict.subject) == ("acme", "agent_run")


@pytest.mark.parametrize(
    ("change", "headers", "code"),
    [
        ({"trace_type": "nobody"}, [], "schema.subject_unknown"),
        ({}, [("assay-subject", b"nobody")], "schema.subject_unknown"),
        ({}, [("assay-subject", None)], "schema.subject_unknown"),
        ({"schema_version": "9.9.9"}, [], "schema.version_unknown"),
    ],
)
def test_an_unknown_subject_or_version_is_its_own_issue(
    shipped: Bundle, good: dict[str, Any], change: dict[str, Any], headers: Any, code: str
) -> None:
    """DESIGN 6: not a violation of some other schema. Whose trace it is can be read all the same."""
    verdict = judged(shipped, good | change, headers=headers)
    assert codes(verdict) == [code]
    assert (verdict.blocking, verdict.readable) == (True, True)
    assert (verdict.subject, verdict.schema_version) == ("none", "none")
    assert verdict.tenant == str(good["context"]["tenant_id"])
    assert verdict.identity.trace_id == good["trace_id"]


def test_key_and_headers_may_be_as_large_as_the_limit_and_no_larger(
    shipped: Bundle, good: dict[str, Any]
) -> None:
    """They travel on with the trace, and the topic that it goes to has a limit."""
    most = shipped.limits.max_key_and_headers_bytes
    room = b"x" * (most - len(b"key") - len("name"))
    fits = judged(shipped, good, key=b"key", headers=[("name", room)])
    assert fits.issues == ()
    for key, headers in (
        (b"key!", [("name", room)]),
        (b"key", [("name!", room)]),
        (b"key", [("name", room + b"!")]),
        (b"key", [("name", room), ("!", None)]),
        (b"k" * (most + 1), []),
    ):
        verdict = judged(shipped, good, key=key, headers=headers)
        assert codes(verdict) == ["corrupt.too_large"]
        assert verdict.issues[0].rule == "limits.max_key_and_headers_bytes"
        assert not verdict.readable


def test_a_topic_that_nobody_declared_is_not_judged(shipped: Bundle) -> None:
    """Ours to mend: no lane reads such a topic."""
    with pytest.raises(KeyError):
        judged(shipped, b"{}", topic="traces.raw.unknown")


def test_topics_are_known_by_their_names_with_the_prefix(shipped: Bundle, good: dict[str, Any]) -> None:
    judge = Judge(shipped, topic_prefix="eu.")
    record = raw_record(json.dumps(good).encode(), topic="eu.traces.raw")
    assert judge(record, NOW_NS).issues == ()
    with pytest.raises(KeyError):
        judge(raw_record(b"{}"), NOW_NS)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
VALUES = st.none() | st.binary(max_size=60) | JSON.map(lambda document: json.dumps(document).encode())
MEMBERS = ("trace_type", "schema_version", "trace_id", "context", "steps", "status", "governance", "audit")


@given(
    VALUES,
    st.none() | st.binary(max_size=5),
    st.lists(
        st.tuples(
            st.sampled_from(["assay-subject", "assay-tenant", "h"]),
            st.none() | st.binary(max_size=5) | st.just(b"agent_run"),
        ),
        max_size=3,
    ),
    st.integers(-1, 2**63 - 1),
)
@example(b"\x00\x00\x00\x03\xe9" + b"\xff" * 20, None, [], -1)
@patient
def test_every_record_has_the_same_verdict_each_time_and_none_raises(
    shipped: Bundle, value: bytes | None, key: bytes | None, headers: Any, timestamp: int
) -> None:
    """D-15: a verdict is a function of bytes, bundle and clock."""
    record = raw_record(value, key=key, headers=headers, timestamp=timestamp)
    verdict = Judge(shipped)(record, NOW_NS)
    assert Judge(shipped)(record, NOW_NS) == verdict
    assert verdict.blocking is any(issue.blocking for issue in verdict.issues)
    assert "detector.failed" not in codes(verdict)
    assert verdict.readable or verdict.blocking


@given(st.sampled_from(MEMBERS), JSON)
@patient
def test_whatever_stands_in_a_trace_no_detector_fails(
    shipped: Bundle, good: dict[str, Any], member: str, anything: Any
) -> None:
    """D-15: a good trace with anything at all in the place of one member."""
    verdict = judged(shipped, good | {member: anything})
    assert "detector.failed" not in codes(verdict)
