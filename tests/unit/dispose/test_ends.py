"""The ends of a failing trace: contained, waiting for a person, or repaired (DESIGN 4, promises 1 and 2)."""

from collections.abc import Sequence
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.pipeline.classify import Classifier
from assay.pipeline.core.outcome import Reason
from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.record import RawRecord, Source
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.dispose import (
    DeadLetteredWriter,
    FailingWriter,
    Origin,
    Payload,
    QuarantinedWriter,
    RemediatedWriter,
    Try,
    open_envelope,
)
from assay.pipeline.dispose.ending import MOST_CODES, MOST_TRIES
from assay.pipeline.dispose.testing import BUNDLE, KeylessSealer, a_record, a_verdict, an_issue

NOW_NS = 1_700_000_000_000_000_000
SEALER = KeylessSealer()
GROUP = "assay.dev.auto_remediation"
RAW = a_record(headers=[("app", b"x"), ("assay-tenant", b"mallory"), ("traceparent", b"00")])
quarantine = QuarantinedWriter(BUNDLE)
dead_letter = DeadLetteredWriter(BUNDLE, GROUP)
publish = RemediatedWriter(BUNDLE)


@pytest.fixture
def classified() -> RawRecord:
    return classify(RAW)


def classify(raw: RawRecord) -> RawRecord:
    failing = FailingWriter(BUNDLE, SEALER, "g")(raw, a_verdict(an_issue(), an_issue(path="/a")), NOW_NS)
    return read_back(Classifier(BUNDLE)(read_back(failing, "traces.invalid")).outgoing, "traces.classified")


def read_back(written: Outgoing, topic: str) -> RawRecord:
    assert written.partition is not None
    return RawRecord(topic, written.partition, 7, 0, written.key, written.value, tuple(written.headers))


def document_of(record: RawRecord | Outgoing | None) -> Any:
    assert record is not None
    return orjson.loads(record.value or b"")


def contained(record: RawRecord, reason: Reason, tries: Sequence[Try] = ()) -> Outgoing:
    written = quarantine(record, document_of(record), reason, tries)
    assert written is not None
    return written


def waiting(record: RawRecord, reason: Reason, tries: Sequence[Try] = ()) -> Outgoing:
    written = dead_letter(record, document_of(record), reason, tries)
    assert written is not None
    return written


def test_a_contained_trace_keeps_its_partition_and_key_and_says_why(classified: RawRecord) -> None:
    """D-18, promise 1."""
    written = contained(classified, Reason.SECURITY_OR_COMPLIANCE)
    headers = dict(written.headers)
    assert (written.role, written.partition, written.key) == (TopicRole.QUARANTINE, 3, classified.key)
    assert headers["assay-outcome"] == b"quarantined"
    assert headers["assay-reason"] == b"security_or_compliance"
    assert headers["assay-src"] == b"traces.raw/3/42"
    assert "assay-disposition" not in headers
    assert len(headers) == len(written.headers)


@pytest.mark.parametrize("write", [contained, waiting])
def test_the_envelope_is_as_it_was_classified_but_for_its_end(classified: RawRecord, write: Any) -> None:
    """Promise 2: it opens to the bytes that came in."""
    before, after = document_of(classified), document_of(write(classified, Reason.NO_RULE_APPLIES))
    assert after["disposition"] in {"quarantined", "dead_lettered"}
    assert after | {"disposition": before["disposition"]} == before
    assert open_envelope(after, SEALER) == (RAW.key, RAW.value, [*RAW.headers])


def test_a_dead_letter_lies_with_those_of_the_same_problem(classified: RawRecord) -> None:
    """KIP-1191 names; the key is the fingerprint, and a task covers a key."""
    written = waiting(classified, Reason.REPAIR_FAILED)
    headers = dict(written.headers)
    assert (written.role, written.partition) == (TopicRole.DEAD_LETTER, None)
    assert written.key == headers["assay-fingerprint"]
    assert headers["assay-outcome"] == b"dead_lettered"
    assert headers["__dlq.errors.topic"] == b"traces.raw"
    assert headers["__dlq.errors.partition"] == b"3"
    assert headers["__dlq.errors.offset"] == b"42"
    assert headers["__dlq.errors.group"] == GROUP.encode()
    assert headers["__dlq.errors.delivery.count"] == b"1"
    assert headers["__dlq.errors.message"] == b"repair_failed: schema.required_missing and 1 more"


def test_its_message_names_the_rules_that_were_tried_and_stays_short(classified: RawRecord) -> None:
    tries = [Try("fill_in", "3", ["schema.required_missing"], "failed", "parent_missing")]
    message = dict(waiting(classified, Reason.REPAIR_FAILED, tries).headers)["__dlq.errors.message"]
    assert message == b"repair_failed: schema.required_missing and 1 more; rules: fill_in@3 failed"
    many = [Try("r" * 200, "1", [], "failed")] * 40
    message = dict(waiting(classified, Reason.REPAIR_FAILED, many).headers)["__dlq.errors.message"]
    assert len((message or b"").decode()) == 500


def test_a_code_that_is_not_ours_is_not_repeated(classified: RawRecord) -> None:
    """Promise 4: what a broken worker wrote there could be anything."""
    document = document_of(classified) | {"issues": [{"code": "jane.doe"}, "4111"]}
    written = dead_letter(classified, document, Reason.PERSON_MUST_LOOK)
    assert written is not None
    message = dict(written.headers)["__dlq.errors.message"] or b""
    assert message == b"person_must_look: a code that is not known here and 1 more"


def test_what_was_tried_is_listed_and_bounded(classified: RawRecord) -> None:
    """S0-129: a rule that fails is recorded. What an envelope lists cannot outgrow its topic."""
    tried = Try("fill_in", "3", ["schema.required_missing"] * 40, "failed", "parent_missing")
    [entry] = document_of(waiting(classified, Reason.REPAIR_FAILED, [tried]))["remediation"]
    assert entry == {
        "rule": "fill_in",
        "version": "3",
        "codes": ["schema.required_missing"] * MOST_CODES,
        "result": "failed",
        "error": "parent_missing",
    }
    longest = Try("r" * 999, "1", ["c" * 999] * 99, "failed", "e" * 999)
    written = document_of(waiting(classified, Reason.REPAIR_FAILED, [longest] * 99))
    assert len(written["remediation"]) == MOST_TRIES
    assert len(orjson.dumps(written["remediation"])) < 65_536 // 2


@pytest.mark.parametrize("value", [b"\xff", None, b"{}"])
def test_what_is_no_envelope_goes_on_as_it_came_with_all_that_an_end_must_have(value: bytes | None) -> None:
    """D-15, promise 5: an outcome can always be written."""
    record = RawRecord("traces.classified", 2, 9, 0, b"k", value, (("assay-reason", b"x"), ("app", None)))
    written = dead_letter.unread(record, Reason.ENVELOPE_UNREADABLE)
    headers = dict(written.headers)
    assert written.value == value
    assert written.key == headers["assay-fingerprint"]
    assert headers["assay-tenant"] == b"none"
    assert headers["assay-reason"] == b"envelope_unreadable"
    assert headers["assay-severity"] == b"critical"
    assert headers["assay-attempt"] == b"0"
    assert len(headers["assay-sha256"] or b"") == 64
    assert "assay-src" not in headers
    assert headers["__dlq.errors.topic"] == b"traces.classified"
    assert all(content is not None for content in headers.values())


def test_a_record_that_ends_processes_says_how_many(classified: RawRecord) -> None:
    """Rule 10."""
    written = dead_letter.unread(classified, Reason.WORKER_CRASH, deaths=2)
    assert written.value == classified.value
    assert dict(written.headers)["__dlq.errors.delivery.count"] == b"2"


def test_a_repaired_trace_says_so_and_keeps_key_time_and_the_producers_headers() -> None:
    """D-10, promise 2: consumers can tell a repaired trace from one that came so."""
    came = Payload(RAW.key, RAW.value, [*RAW.headers])
    origin = Origin(Source("traces.raw", 3, 42), 1_700_000_000_000, 1, 3)
    verdict = a_verdict(an_issue(blocking=False), an_issue(blocking=False, path="/b"))
    written = publish(origin, came, b'{"fixed":1}', verdict, "ab" * 16)
    assert written[:4] == (TopicRole.REMEDIATED, 3, b"k", b'{"fixed":1}')
    assert written.timestamp == 1_700_000_000_000
    headers = dict(written.headers)
    assert headers["app"] == b"x"
    assert headers["assay-tenant"] == b"acme"
    assert headers["assay-outcome"] == b"remediated"
    assert headers["assay-reason"] == b"repaired"
    assert headers["assay-receipt"] == b"ab" * 16
    assert headers["assay-attempt"] == b"1"
    assert headers["assay-warnings"] == b"schema.required_missing"
    assert headers["assay-sha256"] == dict(classify(RAW).headers)["assay-sha256"]
    assert len(headers) == len(written.headers)


@given(st.binary(max_size=40), st.lists(st.tuples(st.text(max_size=9), st.none() | st.binary(max_size=9))))
def test_nothing_that_lies_on_the_topic_can_stop_an_end(value: bytes, headers: list[Any]) -> None:
    """D-15: whatever bytes and headers."""
    record = RawRecord("traces.classified", 0, 0, 0, None, value, headers)
    written = dead_letter.unread(record, Reason.ENVELOPE_UNREADABLE)
    assert written.value == value
    assert dict(written.headers)["assay-outcome"] == b"dead_lettered"
