"""A tally counts exactly what its transaction did (DESIGN 4)."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.issue import Severity
from assay.pipeline.core.outcome import Hop, Outcome, Reason
from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.record import RawRecord
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.core.verdict import Verdict
from assay.pipeline.dispose import Histogram, Tally, reason_of
from assay.pipeline.dispose.testing import BUNDLE, a_record, a_verdict, an_issue

MS = 1_000_000
SENT_MS = 1_700_000_000_000
NOW = SENT_MS * MS
MIB = 1_048_576


@dataclass(frozen=True)
class Span:
    topic: str = "traces.raw"
    partition: int = 3
    first: int = 40
    next: int = 50
    fetched: int = 9


def _tally() -> Tally:
    return Tally("detector", "assay.dev.detector", BUNDLE)


def _json(outgoing: Outgoing) -> Any:
    assert outgoing.value is not None
    return orjson.loads(outgoing.value)


def test_one_record_for_one_transaction() -> None:
    tally = _tally()
    tally.count(a_record(b"12345"), "acme", Outcome.VALID, Reason.PASSED, NOW)
    (outgoing,) = tally.to_outgoing([Span(), Span(partition=11)], NOW)
    assert outgoing.role is TopicRole.TALLIES
    assert outgoing.key == b"detector/traces.raw/3"
    assert (outgoing.partition, outgoing.timestamp, outgoing.headers) == (None, None, [])
    document = _json(outgoing)
    assert document["sources"] == [
        {"topic": "traces.raw", "partition": 3, "first": 40, "next": 50, "fetched": 9},
        {"topic": "traces.raw", "partition": 11, "first": 40, "next": 50, "fetched": 9},
    ]
    assert document["counts"] == [{"tenant": "acme", "outcome": "valid", "reason": "passed", "records": 1}]
    assert document["bytes"] == {"in": 5}
    assert document["at"] == "2023-11-14T22:13:20.000000000Z"


def test_issues_are_counted_by_tenant_code_and_severity() -> None:
    tally = _tally()
    issues = [an_issue(), an_issue(), an_issue(IssueCode.SCHEMA_MISMATCH_MINOR, severity=Severity.MEDIUM)]
    tally.count(a_record(), "acme", Hop.INVALID, Reason.BLOCKING_ISSUES, NOW, issues=issues)
    tally.count(a_record(), "globex", Hop.INVALID, Reason.BLOCKING_ISSUES, NOW, issues=issues[:1])
    (outgoing,) = tally.to_outgoing([Span()], NOW)
    assert _json(outgoing)["issues"] == [
        {"tenant": "acme", "code": "schema.required_missing", "severity": "critical", "issues": 2},
        {"tenant": "acme", "code": "schema.mismatch_minor", "severity": "medium", "issues": 1},
        {"tenant": "globex", "code": "schema.required_missing", "severity": "critical", "issues": 1},
    ]


@pytest.mark.parametrize(
    ("timestamp", "total", "largest"),
    [(SENT_MS - 36, 1, 36), (SENT_MS, 1, 0), (SENT_MS + 5000, 1, 0), (-1, 0, 0)],
    ids=["waited", "at once", "the producer's clock is ahead", "no time of its own"],
)
def test_latency_is_from_the_records_own_time(timestamp: int, total: int, largest: int) -> None:
    tally = _tally()
    tally.count(a_record(timestamp=timestamp), "acme", Outcome.VALID, Reason.PASSED, NOW + 999_999)
    (outgoing,) = tally.to_outgoing([Span()], NOW)
    histogram = Histogram.from_json(_json(outgoing)["latency_ms"])
    assert (histogram.total, histogram.max, histogram.sum) == (total, largest, largest)


records = st.builds(
    a_record,
    st.sampled_from([None, b"", b"12345"]),
    timestamp=st.sampled_from([-1, 0, SENT_MS - 70, SENT_MS + 5]),
)
warned, blocked = an_issue(blocking=False), an_issue()
verdicts = st.builds(
    lambda tenant, issues, readable: a_verdict(*issues, tenant=tenant, readable=readable or not issues),
    st.sampled_from(["acme", "other"]),
    st.sampled_from([(), (warned,), (blocked,), (warned, blocked)]),
    st.booleans(),
)


@given(st.lists(st.tuples(records, verdicts), max_size=20))
def test_counting_many_at_once_is_counting_each(seen: list[tuple[RawRecord, Verdict]]) -> None:
    at_once, each = _tally(), _tally()
    at_once.count_verdicts([record for record, _ in seen], [verdict for _, verdict in seen], NOW)
    for record, verdict in seen:
        end = Hop.INVALID if verdict.blocking else Outcome.VALID
        each.count(record, verdict.tenant, end, reason_of(verdict), NOW, issues=verdict.issues)
    assert _sorted(at_once) == _sorted(each)


def _sorted(tally: Tally) -> Any:
    """The document with its lines in an order of their own: which one is counted first does not matter."""
    (outgoing,) = tally.to_outgoing([Span()], NOW)
    document = _json(outgoing)
    return document | {lines: sorted(document[lines], key=str) for lines in ("counts", "issues")}


def test_a_record_without_a_value_has_no_bytes() -> None:
    tally = _tally()
    tally.count(a_record(None), "acme", Hop.INVALID, Reason.UNREADABLE, NOW)
    (outgoing,) = tally.to_outgoing([Span()], NOW)
    assert _json(outgoing)["bytes"] == {"in": 0}


def test_an_empty_batch_still_moves_the_position() -> None:
    """Markers of transactions alone: the offset moves, and the tally says from where to where."""
    (outgoing,) = _tally().to_outgoing([Span(fetched=0)], NOW)
    assert _json(outgoing)["counts"] == []


def test_nothing_read_is_no_tally() -> None:
    with pytest.raises(ValueError):
        _tally().to_outgoing([], NOW)


words = st.tuples(
    st.sampled_from(["acme", "globex", "none"]),
    st.sampled_from([*Outcome, *Hop]),
    st.sampled_from([*Reason]),
)


@given(st.lists(words, max_size=40))
def test_every_record_is_counted_once(seen: list[tuple[str, Outcome | Hop, Reason]]) -> None:
    tally = _tally()
    for tenant, outcome, reason in seen:
        tally.count(a_record(), tenant, outcome, reason, NOW)
    (outgoing,) = tally.to_outgoing([Span()], NOW)
    counted = {(c["tenant"], c["outcome"], c["reason"]): c["records"] for c in _json(outgoing)["counts"]}
    assert counted == Counter((tenant, str(outcome), str(reason)) for tenant, outcome, reason in seen)


def test_a_thousand_tenants_with_every_code_cannot_make_it_unwritable() -> None:
    """Promise 6: it goes on in further records, and sums over all of them are exact."""
    tally = _tally()
    tenants = [f"{number:04}" + "t" * 124 for number in range(1000)]
    issues = [an_issue(code) for code in IssueCode]
    for tenant in tenants:
        tally.count(a_record(b"12"), tenant, Hop.INVALID, Reason.BLOCKING_ISSUES, NOW, issues=issues)
    written = tally.to_outgoing([Span()], NOW)
    documents = [_json(outgoing) for outgoing in written]
    assert len(written) > 1
    assert all(len(outgoing.value or b"") < MIB - 1024 for outgoing in written)
    assert [(document["part"], document["parts"]) for document in documents] == [
        (number, len(written)) for number in range(1, len(written) + 1)
    ]
    assert [line["tenant"] for document in documents for line in document["counts"]] == tenants
    lines = [line for document in documents for line in document["issues"]]
    assert len(lines) == sum(line["issues"] for line in lines) == 1000 * len(IssueCode)
    assert sum(document["bytes"]["in"] for document in documents) == 2000
    assert sum(sum(document["latency_ms"]["counts"]) for document in documents) == 1000
    assert [len(document["sources"]) for document in documents] == [1] + [0] * (len(written) - 1)
    assert len({outgoing.key for outgoing in written}) == 1
