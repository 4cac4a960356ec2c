"""What the notifier writes follows its schema, says no secret and no answer, and is read back as it was."""

import json
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from assay.pipeline.core import headers as names
from assay.pipeline.core.record import RawRecord
from assay.pipeline.notify.answer import Reason
from assay.pipeline.notify.attempt import Attempt, Result, outgoing, read_attempt
from assay.pipeline.notify.notice import Nothing, Notice, Stopped, read_event

from .conftest import START_NS, data, event, stopped


def schema(name: str) -> Draft202012Validator:
    path = files("assay.schemas").joinpath("assay").joinpath(name).joinpath("1-0-0.json")
    document = json.loads(path.read_text())
    Draft202012Validator.check_schema(document)
    return Draft202012Validator(document)


ATTEMPTS = st.builds(
    Attempt,
    event_id=st.text(min_size=1, max_size=200),
    channel=st.from_regex(r"[a-z][a-z0-9_]{0,31}", fullmatch=True),
    fingerprint=st.from_regex(r"[0-9a-f]{16}", fullmatch=True),
    result=st.sampled_from(Result),
    reason=st.sampled_from(Reason),
    attempts=st.integers(0, 1000),
    at_ns=st.integers(0, 4_000_000_000_000_000_000),
    channels=st.lists(st.from_regex(r"[a-z][a-z0-9_]{0,31}", fullmatch=True), max_size=4).map(tuple),
    next_at_ns=st.none() | st.integers(0, 4_000_000_000_000_000_000),
    status=st.none() | st.integers(100, 599),
    digest=st.none() | st.from_regex(r"digest-[0-9a-f]{32}", fullmatch=True),
)


@given(ATTEMPTS, st.integers(0, 7))
def test_it_follows_its_schema_and_is_read_back(attempt: Attempt, partition: int) -> None:
    record = outgoing(attempt, partition)
    schema("notification").validate(json.loads(record.value or b""))
    read = RawRecord("quality.escalations", partition, 0, 0, record.key, record.value, record.headers)
    assert read_attempt(read) == attempt
    assert (record.partition, record.key) == (partition, attempt.fingerprint.encode())
    assert isinstance(read_event(read), Nothing)


def test_the_same_attempt_is_the_same_event() -> None:
    """CloudEvents: the id says what happened; writing it twice is no second one."""
    attempt = Attempt("e", "chat", "0" * 16, Result.FAILED, Reason.TIMED_OUT, 3, START_NS, ("chat",))
    ids = [names.first(outgoing(attempt, 0).headers, names.CE_ID) for _ in range(2)]
    assert ids == [b"e/chat/failed/3"] * 2


@pytest.mark.parametrize("value", [None, b"", b"[]", b"{", b"\xff", b'{"result": "sent"}', b"[" * 100_000])
def test_what_others_write_under_our_type_is_left_out_of_account(value: bytes | None) -> None:
    headers = [(names.CE_TYPE, b"assay.notification.sent.v1")]
    assert read_attempt(RawRecord("t", 0, 0, 0, b"k", value, headers)) is None


@pytest.mark.parametrize("value", [None, b"", b"[]", b"{", b"\xff", b"{}", b'{"roles": 3, "severity": []}'])
def test_a_step_that_cannot_be_read_is_told_all_the_same(value: bytes | None) -> None:
    record = event()
    notice = read_event(RawRecord(record.topic, 0, 0, 5, record.key, value, record.headers))
    assert isinstance(notice, Notice)
    assert notice.severity.value == "critical"


def test_the_events_of_these_tests_are_those_of_the_escalation_agent() -> None:
    """The contract between the two agents."""
    schema("escalation").validate(data())
    for record in (event(), stopped(), event(kind="confirmation", calls=["ceo"])):
        schema("escalation").validate(json.loads(record.value or b""))


@pytest.mark.parametrize(
    ("kind", "type_"), [("step", Notice), ("confirmation", Notice), ("skipped", Nothing)]
)
def test_who_is_told_of_what(kind: str, type_: type[Any]) -> None:
    assert isinstance(read_event(event(kind=kind)), type_)
    assert isinstance(read_event(stopped()), Stopped)
