"""A trace that fails is said to, in the open, and its bytes are sealed (promise 4)."""

import hashlib
from typing import Any

import orjson
import pytest

from assay.pipeline.core.errors import SealError, TransientError
from assay.pipeline.core.record import Headers
from assay.pipeline.core.sealed import Sealed
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.dispose import FailingWriter, open_envelope
from assay.pipeline.dispose.testing import BUNDLE, KeylessSealer, a_record, a_verdict, an_issue

NOW = 1_700_000_000_123_456_789
SEALER = KeylessSealer()
TRACEPARENT = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
write = FailingWriter(BUNDLE, SEALER, "assay.dev.detector")


def test_it_keeps_its_partition_and_goes_on_the_brokers_time() -> None:
    outgoing = write(a_record(partition=5), a_verdict(an_issue()), NOW)
    assert outgoing.role is TopicRole.INVALID
    assert (outgoing.partition, outgoing.timestamp) == (5, None)


def test_its_key_is_the_failure_and_the_same_each_time() -> None:
    """Derived, not drawn: a batch that is done again after a crash writes the same ids."""
    one = write(a_record(), a_verdict(an_issue()), NOW)
    again = write(a_record(), a_verdict(an_issue()), NOW + 1)
    assert one.key == again.key == hashlib.sha256(b"traces.raw/3/42/0").hexdigest()[:32].encode()
    assert _json(one.value)["failure_id"].encode() == one.key
    assert write(a_record(offset=43), a_verdict(an_issue()), NOW).key != one.key


def test_headers_say_what_a_reader_must_know_without_opening_it() -> None:
    """S0-55."""
    headers = write(a_record(b"x", headers=[("h", b"1")]), a_verdict(an_issue()), NOW).headers
    fingerprint = dict(headers)["assay-fingerprint"]
    assert headers == [
        ("assay-src", b"traces.raw/3/42"),
        ("assay-tenant", b"acme"),
        ("assay-bundle", b"0123456789ab"),
        ("assay-reason", b"blocking_issues"),
        ("assay-sha256", hashlib.sha256(b"x").hexdigest().encode()),
        ("assay-attempt", b"0"),
        ("assay-severity", b"critical"),
        ("assay-fingerprint", fingerprint),
    ]


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (TRACEPARENT, True),
        (TRACEPARENT.upper(), False),
        (TRACEPARENT + b"-jane@example.com", False),
        (TRACEPARENT + b"\n", False),
        (b"ff" + TRACEPARENT[2:], False),
        (b"00-" + b"0" * 32 + TRACEPARENT[35:], False),
        (TRACEPARENT[:36] + b"0" * 16 + b"-01", False),
        (b"4111111111111111", False),
        (b"", False),
    ],
)
def test_a_traceparent_passes_only_when_it_can_be_nothing_else(value: bytes, *, kept: bool) -> None:
    headers = write(a_record(headers=[("traceparent", value)]), a_verdict(an_issue()), NOW).headers
    assert (("traceparent", value) in headers) is kept


def test_the_record_opens_to_exactly_the_bytes_that_came_in() -> None:
    """Promise 2. S0-58."""
    headers: Headers = [("h", b"\xff"), ("h", b""), ("assay-outcome", b"forged")]
    record = a_record(b"\x00\xff not text", key=None, headers=headers)
    document = _json(write(record, a_verdict(an_issue()), NOW).value)
    assert open_envelope(document, SEALER) == (None, b"\x00\xff not text", headers)


def test_a_record_without_a_value_fails_like_any_other() -> None:
    record = a_record(None, key=None)
    outgoing = write(record, a_verdict(an_issue(), readable=False), NOW)
    assert dict(outgoing.headers)["assay-sha256"] == hashlib.sha256(b"").hexdigest().encode()
    document = _json(outgoing.value)
    assert document["key_sha256"] is None
    assert open_envelope(document, SEALER) == (None, None, [])


def test_the_envelope_says_all_issues_not_the_first() -> None:
    """S0-56."""
    issues = [an_issue(path=f"/field_{number}", blocking=number > 0) for number in range(7)]
    document = _json(write(a_record(), a_verdict(*issues), NOW).value)
    assert [issue["path"] for issue in document["issues"]] == [issue.path for issue in issues]
    assert document["issues_total"] == 7


@pytest.mark.parametrize(("readable", "disposition"), [(True, "pending"), (False, "dead_lettered")])
def test_only_what_cannot_be_read_is_decided_at_once(*, readable: bool, disposition: str) -> None:
    document = _json(write(a_record(), a_verdict(an_issue(), readable=readable), NOW).value)
    assert document["disposition"] == disposition


@pytest.mark.parametrize(
    "trace_id", ["jane.doe@example.com", "Jane Doe", "x" * 129, "", "4111 1111", "a\nb", "naïve"]
)
def test_a_trace_id_that_is_no_identifier_is_not_said(trace_id: str) -> None:
    """S0-53."""
    verdict = a_verdict(an_issue(), trace_id=trace_id)
    assert _json(write(a_record(), verdict, NOW).value)["trace_id"] == "none"


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("tenant_id", "other"),
        ("schema_version", "9.9.9"),
        ("source", {"topic": "traces.raw", "partition": 3, "offset": 43}),
        ("source", {"topic": "traces.raw", "partition": "3", "offset": 42}),
        ("source", None),
        ("payload", None),
        ("payload", {"claim_check": {}}),
        ("payload", {"alg": "A256GCM"}),
    ],
)
def test_an_envelope_that_was_altered_does_not_open(member: str, value: object) -> None:
    document = _json(write(a_record(), a_verdict(an_issue()), NOW).value)
    with pytest.raises(SealError):
        open_envelope(document | {member: value}, SEALER)


@pytest.mark.parametrize("member", ["wrapped_key", "nonce", "ciphertext", "alg", "kid"])
@pytest.mark.parametrize("value", ["%%%", "AAAA", "ä", 5])
def test_a_sealed_payload_that_was_altered_does_not_open(member: str, value: object) -> None:
    document = _json(write(a_record(), a_verdict(an_issue()), NOW).value)
    document["payload"][member] = value
    with pytest.raises(SealError):
        open_envelope(document, SEALER)


@pytest.mark.parametrize("document", [None, [], "text", {}, 5])
def test_what_is_no_envelope_does_not_open(document: Any) -> None:
    with pytest.raises(SealError):
        open_envelope(document, SEALER)


def test_a_seal_on_something_else_does_not_open() -> None:
    class Confused(KeylessSealer):
        def open(self, tenant: str, sealed: Sealed, aad: bytes) -> bytes:
            return b"no frame"

    with pytest.raises(SealError):
        open_envelope(_json(write(a_record(), a_verdict(an_issue()), NOW).value), Confused())


def test_without_a_key_nothing_is_written() -> None:
    """Promise 5: the lane stops; the trace is not skipped, and not written in the open."""

    class Keyless(KeylessSealer):
        def seal(self, tenant: str, plaintext: bytes, aad: bytes) -> Sealed:
            raise TransientError("no key")

    with pytest.raises(TransientError):
        FailingWriter(BUNDLE, Keyless(), "g")(a_record(), a_verdict(an_issue()), NOW)


def _json(value: bytes | None) -> Any:
    assert value is not None
    return orjson.loads(value)


def test_it_says_when_it_was_judged_in_utc() -> None:
    """S0-57: nine digits and Z, from the clock that was passed in."""
    document = _json(write(a_record(), a_verdict(an_issue()), 1_700_000_000_000_000_042).value)
    assert document["detected_at"] == "2023-11-14T22:13:20.000000042Z"
