"""The group and its events on the wire: schemas, round trips, and what nobody could use (DESIGN 4, D-15)."""

from importlib.resources import files
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from assay.pipeline.classify.fact import TYPE as CLASSIFIERS_TYPE
from assay.pipeline.core.clock import ns_of, rfc3339
from assay.pipeline.core.issue import Severity
from assay.pipeline.issues import (
    COMMAND_TYPE,
    COMMANDS,
    FACT_TYPE,
    Fact,
    Group,
    Happening,
    IssueCommand,
    Refusal,
    Status,
    command_record,
    from_json,
    parse,
    take_command,
    take_fact,
    to_json,
)

from .conftest import FINGERPRINT, a_command, a_fact, at

KEY = FINGERPRINT.encode()


def _schema(kind: str) -> Any:
    return orjson.loads(
        files("assay.schemas").joinpath("assay").joinpath(kind).joinpath("1-0-0.json").read_bytes()
    )


GROUP_SCHEMA, COMMAND_SCHEMA = _schema("issue_group"), _schema("issue_command")
GROUP = Draft202012Validator(GROUP_SCHEMA)
COMMAND = Draft202012Validator(COMMAND_SCHEMA)

happenings = st.lists(
    st.tuples(
        st.sampled_from([Happening.DETECTED, *COMMANDS]),
        st.integers(0, 400_000),
        st.sampled_from(Severity),
        st.sampled_from(["", "kim", "robin"]),
    ),
    max_size=60,
)


def lived(story: list[Any]) -> Group:
    group = take_fact(None, a_fact(), "quality.issues/0/0")
    for number, (happening, second, severity, name) in enumerate(story, 1):
        cause = f"quality.issues/0/{number}"
        if happening is Happening.DETECTED:
            group = take_fact(group, a_fact(second, severity=severity, version=name or "none"), cause)
        else:
            after = take_command(group, a_command(happening, second, assignee=name), cause)
            assert isinstance(after, Group)
            group = after
    return group


@given(happenings)
def test_every_group_follows_its_schema_and_comes_back_as_it_was(story: list[Any]) -> None:
    """Whatever happened to it: the state that is read back is the state that was written."""
    group = lived(story)
    written = to_json(group)
    GROUP.validate(orjson.loads(written))
    assert from_json(written) == group
    assert to_json(from_json(written)) == written


@given(happenings)
def test_whether_a_group_is_over_stands_in_one_place(story: list[Any]) -> None:
    """Escalation reads nothing but the group: status, end and marks never contradict each other."""
    group = lived(story)
    over = group.status in (Status.RESOLVED, Status.IGNORED)
    assert bool(group.resolved_at) == over
    assert (
        group.episode == 1 + sum(each.became is Status.DETECTED for each in group.transitions)
        or len(group.transitions) == 32
    )
    assert group.first_seen <= group.opened_at or group.episode > 1


def test_no_member_of_the_documents_may_be_missing_or_made_up() -> None:
    command = orjson.loads(_command_record().value or b"")
    for validator, document in ((GROUP, orjson.loads(to_json(lived([])))), (COMMAND, command)):
        assert validator.is_valid(document)
        for name in document:
            assert not validator.is_valid({key: value for key, value in document.items() if key != name}), (
                name
            )
        assert not validator.is_valid(document | {"more": 1})


def test_the_words_of_the_schemas_are_those_of_the_code() -> None:
    group = GROUP_SCHEMA["properties"]
    assert group["status"]["enum"] == [*Status]
    transition = group["transitions"]["items"]["properties"]
    assert transition["happening"]["enum"] == [*Happening]
    refused = group["refused"]["items"]["properties"]
    assert set(refused["why"]["enum"]) == set(Refusal) - {Refusal.UNKNOWN_GROUP, Refusal.UNREADABLE}
    assert refused["command"]["enum"] == COMMAND_SCHEMA["properties"]["command"]["enum"] == [*COMMANDS]


def _command_record(**changes: Any) -> Any:
    said = {"actor": "dana", "reason": "fixed", "at": at(3), "source": "/assay/cli", "notes": "rolled back"}
    return command_record(FINGERPRINT, Happening.RESOLVE, **said | changes)


def test_a_command_that_is_written_is_the_command_that_is_read() -> None:
    record = _command_record()
    headers = dict(record.headers)
    assert headers["ce_type"] == COMMAND_TYPE.encode()
    read = parse(COMMAND_TYPE, headers["ce_id"].decode(), record.key, record.value)
    assert isinstance(read, IssueCommand)
    assert (read.command, read.actor, read.reason, read.notes) == (
        Happening.RESOLVE,
        "dana",
        "fixed",
        "rolled back",
    )
    assert read.at == at(3)


def test_the_id_of_a_command_is_made_of_what_it_says() -> None:
    """Sent again after a doubt it is the same event; said again later, it is another one."""
    ids = [
        dict(each.headers)["ce_id"]
        for each in (_command_record(), _command_record(), _command_record(at=at(4)))
    ]
    assert ids[0] == ids[1] != ids[2]


@pytest.mark.parametrize(
    "changes", [{"actor": ""}, {"reason": ""}, {"actor": "x" * 129}, {"notes": "x" * 501}]
)
def test_a_command_without_a_name_or_a_reason_is_not_written(changes: dict[str, str]) -> None:
    with pytest.raises(ValueError):
        _command_record(**changes)


def fact_document(**changes: Any) -> dict[str, Any]:
    document: dict[str, Any] = {
        "schema": "assay/issue/1-0-0",
        "code": "schema.required_missing",
        "category": "schema",
        "severity": "high",
        "blocking": True,
        "path": "/a",
        "rule": "required",
        "occurrences": 2,
        "tenant_id": "4",
        "subject": "workflow_trace",
        "schema_version": "1.2.0",
        "producer": {"name": "p", "version": "1"},
        "source": {"topic": "traces.raw", "partition": 1, "offset": 42},
        "attempts": 1,
        "fingerprint": FINGERPRINT,
        "trace_fingerprint": FINGERPRINT,
        "team": "platform_engineering",
        "detected_at": at(0),
        "bundle": "0" * 64,
    }
    return document | changes


def test_a_fact_of_the_classifier_is_read() -> None:
    assert FACT_TYPE == CLASSIFIERS_TYPE
    Draft202012Validator(_schema("issue")).validate(fact_document())
    fact = parse(FACT_TYPE, "id", KEY, orjson.dumps(fact_document()))
    assert isinstance(fact, Fact)
    assert (fact.source, fact.occurrences, fact.producer) == ("traces.raw/1/42", 2, "p")


@pytest.mark.parametrize(
    "changes",
    [
        {"severity": "urgent"},
        {"detected_at": "yesterday"},
        {"detected_at": None},
        {"source": None},
        {"source": {"topic": "t", "partition": -1, "offset": 0}},
        {"producer": "p"},
        {"occurrences": True},
        {"fingerprint": "fedcba9876543210"},
        {"path": "x" * 5000},
        {"team": None},
    ],
    ids=str,
)
def test_a_fact_that_nobody_could_use_is_refused(changes: dict[str, Any]) -> None:
    """D-15; never an exception."""
    value = orjson.dumps(fact_document(**changes))
    assert parse(FACT_TYPE, "id", KEY, value) is Refusal.UNREADABLE


@given(st.sampled_from([FACT_TYPE, COMMAND_TYPE, "other"]), st.text(), st.binary(), st.none() | st.binary())
def test_reading_never_raises(kind: str, event_id: str, key: bytes, value: bytes | None) -> None:
    assert parse(kind, event_id, key, value) is Refusal.UNREADABLE


odd = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


@given(st.dictionaries(st.sampled_from(sorted(fact_document())), odd, min_size=1, max_size=4))
def test_reading_never_raises_for_odd_members(changes: dict[str, Any]) -> None:
    try:
        value = orjson.dumps(fact_document(**changes))
    except orjson.JSONEncodeError:
        return  # a lone surrogate cannot be written
    assert isinstance(parse(FACT_TYPE, "id", KEY, value), Fact | Refusal)
    assert isinstance(parse(COMMAND_TYPE, "id", KEY, value), Refusal)


@pytest.mark.parametrize(
    "value", [b"", b"null", b"[]", b"{}", b'{"schema":"assay/issue_group/2-0-0"}', b"\xff"]
)
def test_a_state_that_is_no_group_is_a_value_error(value: bytes) -> None:
    """The lane sets aside what comes for that key, and goes on."""
    with pytest.raises(ValueError):
        from_json(value)


@given(st.integers(0, 253_402_300_799 * 10**9))
def test_a_time_comes_back_from_its_text(now_ns: int) -> None:
    """Nine digits: no rounding on the way."""
    assert ns_of(rfc3339(now_ns)) == now_ns


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2025-03-04T09:15:00Z", "2025-03-04T09:15:00.1234567890Z", at(0) + "Z"]
)
def test_other_forms_of_a_time_are_refused(text: str) -> None:
    with pytest.raises(ValueError):
        ns_of(text)
