"""A record that kills workers gets its outcome without being looked into (promise 6)."""

from typing import Any

import orjson

from assay.pipeline.core.topics import TopicRole
from assay.pipeline.dispose import FailingWriter, open_envelope
from assay.pipeline.dispose.testing import BUNDLE, KeylessSealer, a_record

NOW = 1_700_000_000_000_000_000
SEALER = KeylessSealer()
write = FailingWriter(BUNDLE, SEALER, "assay.dev.detector")


def test_it_goes_to_the_dead_letters_by_its_fingerprint() -> None:
    outgoing = write.dead_letter(a_record(), 2, NOW, tenant="acme")
    assert outgoing.role is TopicRole.DEAD_LETTER
    assert (outgoing.partition, outgoing.timestamp) == (None, None)
    assert outgoing.key == dict(outgoing.headers)["assay-fingerprint"]


def test_all_records_that_kill_for_one_tenant_are_one_problem() -> None:
    one, other = (write.dead_letter(a_record(offset=offset), 2, NOW, tenant="acme") for offset in (1, 2))
    assert one.key == other.key
    assert write.dead_letter(a_record(), 2, NOW, tenant="globex").key != one.key


def test_it_has_the_headers_that_kafkas_tools_know() -> None:
    """KIP-1191 names."""
    headers = dict(write.dead_letter(a_record(), 2, NOW).headers)
    assert headers["__dlq.errors.topic"] == b"traces.raw"
    assert headers["__dlq.errors.partition"] == b"3"
    assert headers["__dlq.errors.offset"] == b"42"
    assert headers["__dlq.errors.group"] == b"assay.dev.detector"
    assert headers["__dlq.errors.delivery.count"] == b"2"
    assert b"worker_crash: 2 worker processes" in (headers["__dlq.errors.message"] or b"")


def test_its_message_is_at_most_500_characters() -> None:
    headers = dict(write.dead_letter(a_record(), 10**600, NOW).headers)
    assert len((headers["__dlq.errors.message"] or b"").decode()) == 500


def test_it_is_terminal_and_says_why() -> None:
    headers = dict(write.dead_letter(a_record(), 2, NOW, tenant="acme").headers)
    assert headers["assay-outcome"] == b"dead_lettered"
    assert headers["assay-reason"] == b"worker_crash"
    assert headers["assay-src"] == b"traces.raw/3/42"
    assert headers["assay-tenant"] == b"acme"


def test_nothing_is_said_of_what_was_never_read() -> None:
    document: Any = orjson.loads(write.dead_letter(a_record(), 2, NOW).value or b"")
    assert document["issues"] == []
    assert document["severity"] == "critical"
    assert document["disposition"] == "dead_lettered"
    assert document["team"] == "platform_engineering"
    assert {document[name] for name in ("trace_id", "tenant_id", "subject", "schema_version")} == {"none"}


def test_it_opens_to_the_bytes_that_came_in() -> None:
    record = a_record(b"\0boom", headers=[("h", b"1")])
    document = orjson.loads(write.dead_letter(record, 2, NOW, tenant="acme").value or b"")
    assert open_envelope(document, SEALER) == (b"k", b"\0boom", [("h", b"1")])
