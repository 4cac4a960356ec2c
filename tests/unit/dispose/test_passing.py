"""A trace that passes leaves with the bytes that it came with (promise 2)."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.headers import PREFIX, SUBJECT
from assay.pipeline.core.issue import Severity
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.dispose import PassingWriter
from assay.pipeline.dispose.testing import BUNDLE, a_record, a_verdict, an_issue

write = PassingWriter(BUNDLE)


def test_key_value_partition_and_time_are_those_of_the_record() -> None:
    record = a_record(b"{}", key=b"order-7", partition=5, timestamp=-1)
    outgoing = write(record, a_verdict())
    assert outgoing.role is TopicRole.VALID
    assert (outgoing.key, outgoing.value) == (b"order-7", b"{}")
    assert (outgoing.partition, outgoing.timestamp) == (5, -1)


def test_our_headers_come_after_the_producers_own() -> None:
    record = a_record(b"{}", headers=[("traceparent", b"tp"), ("h", b"1"), ("h", b"2")])
    assert write(record, a_verdict()).headers == [
        ("traceparent", b"tp"),
        ("h", b"1"),
        ("h", b"2"),
        ("assay-src", b"traces.raw/3/42"),
        ("assay-tenant", b"acme"),
        ("assay-bundle", b"0123456789ab"),
        ("assay-outcome", b"valid"),
        ("assay-reason", b"passed"),
        ("assay-sha256", hashlib.sha256(b"{}").hexdigest().encode()),
        ("assay-attempt", b"0"),
    ]


def test_warnings_are_named_once_each() -> None:
    """A trace with only non-blocking issues is valid and carries them (promise 1)."""
    minor = an_issue(IssueCode.SCHEMA_MISMATCH_MINOR, severity=Severity.MEDIUM, blocking=False)
    other = an_issue(IssueCode.SCHEMA_FORMAT_INCONSISTENT, severity=Severity.MEDIUM, blocking=False)
    headers = dict(write(a_record(), a_verdict(other, minor, other)).headers)
    assert headers["assay-warnings"] == b"schema.format_inconsistent,schema.mismatch_minor"
    assert headers["assay-reason"] == b"passed_with_warnings"


@pytest.mark.parametrize(
    "name", ["assay-outcome", "assay-tenant", "assay-src", "assay-attempt", "assay-made-up"]
)
def test_a_producer_cannot_speak_for_us(name: str) -> None:
    headers = write(a_record(headers=[(name, b"forged")]), a_verdict()).headers
    assert b"forged" not in dict(headers).values()
    assert len({key for key, _ in headers}) == len(headers)


def test_the_one_header_that_a_producer_may_set_stays() -> None:
    assert (SUBJECT, b"agent_run") in write(a_record(headers=[(SUBJECT, b"agent_run")]), a_verdict()).headers


@given(st.lists(st.tuples(st.text(max_size=5), st.binary(max_size=5)), max_size=5), st.none() | st.binary())
def test_any_headers_and_any_value_pass_through(came: list[tuple[str, bytes]], value: bytes | None) -> None:
    outgoing = write(a_record(value, headers=came), a_verdict())
    assert [pair for pair in outgoing.headers if not pair[0].startswith(PREFIX)] == came
    assert outgoing.value == value


def test_the_headers_are_a_list_of_their_own() -> None:
    """The client wants a list; the record's headers stay as they are."""
    came = [("h", b"1")]
    assert isinstance(write(a_record(headers=came), a_verdict()).headers, list)
    assert came == [("h", b"1")]
