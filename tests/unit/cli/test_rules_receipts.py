"""Looking receipts up: which are shown, and what is no receipt."""

import json
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from assay.agents.cli.main import cli
from assay.agents.receipt_list import Found, Receipts, Wanted, read_found
from assay.pipeline.core.edit_receipt import TYPE as EDIT
from assay.pipeline.core.record import RawRecord
from assay.pipeline.core.retraction import TYPE as RETRACTION

RECEIPT: dict[str, Any] = {
    "repair_id": "a" * 32,
    "rule": "fill",
    "version": "3",
    "at": "2026-03-04T09:15:00.000000000Z",
    "trace_id": "wf-1",
    "tenant_id": "42",
    "source": {"topic": "traces.raw", "partition": 1, "offset": 7},
}


def record(document: Any = RECEIPT, event: str = "assay.remediation.receipt.v1") -> RawRecord:
    value = document if isinstance(document, bytes) else json.dumps(document).encode()
    return RawRecord("quality.receipts", 0, 0, 0, b"k", value, (("ce_type", event.encode()),))


@pytest.mark.parametrize(
    ("members", "through"),
    [
        ({}, True),
        ({"rule": "fill"}, True),
        ({"rule": "fill@3"}, True),
        ({"rule": "fill@4"}, False),
        ({"rule": "other"}, False),
        ({"trace": "wf-1"}, True),
        ({"trace": "traces.raw/1/7"}, True),
        ({"trace": "traces.raw/1/70"}, False),
        ({"tenant": "42"}, True),
        ({"tenant": "4"}, False),
        ({"since": "2026-03-04T09:15:00.000000000Z"}, True),
        ({"since": "2026-03-04T09:15:00.000000001Z"}, False),
        ({"until": "2026-03-04T09:15:00.000000001Z"}, True),
        ({"until": "2026-03-04T09:15:00.000000000Z"}, False),
    ],
)
def test_only_what_was_asked_for_is_listed(members: dict[str, str], *, through: bool) -> None:
    """S0-127."""
    receipts = Receipts()
    receipts.take(record(), Wanted(**members))
    assert bool(receipts.found) is through


def test_what_was_taken_back_says_so_whatever_was_asked_for() -> None:
    receipts, wanted = Receipts(), Wanted(rule="fill", until="2026-03-05")
    receipts.take(record(), wanted)
    receipts.take(record({**RECEIPT, "version": "4"}), wanted)
    receipts.take(record({**RECEIPT, "at": "2026-03-09T00:00:00.000000000Z"}, RETRACTION), wanted)
    assert [receipts.is_retracted(each) for each in receipts.found] == [True, False]


def test_edits_are_no_receipts_of_rules_and_what_is_neither_is_counted() -> None:
    receipts = Receipts()
    receipts.take(record(event=EDIT), Wanted())
    for odd in (b"", b"[]", b"{", {**RECEIPT, "source": None}, {**RECEIPT, "rule": 1}):
        receipts.take(record(odd), Wanted())
    assert (receipts.found, receipts.unreadable) == ([], 5)


@given(
    st.binary()
    | st.recursive(st.none() | st.text(), lambda x: st.dictionaries(st.text(), x)).map(
        lambda document: json.dumps(document).encode()
    )
)
def test_nothing_on_the_topic_makes_it_raise(value: bytes) -> None:
    """D-15."""
    found = read_found(record(value))
    assert found is None or isinstance(found, Found)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("rules", "receipts", "--open"), "--open needs --reason"),
        (("rules", "receipts", "--since", "soon"), "2h"),
        (("rules", "undo", "fill", "--reason", "r", "--since", "1h"), "--version"),
        (("rules", "undo", "fill", "--version", "1", "--reason", "r"), "--since"),
        (("rules", "undo", "fill", "--version", "1", "--since", "1h"), "--reason"),
        (
            ("rules", "undo", "f", "--version", "1", "--since", "1h", "--until", "2h", "--reason", "r"),
            "ends before it begins",
        ),
        (
            ("replay", "start", "--reason", "r", "--when-schema-arrives", "workflow_trace"),
            "subject@version",
        ),
    ],
)
def test_what_cannot_be_meant_is_a_usage_error(arguments: tuple[str, ...], says: str) -> None:
    """Before anything is read or written."""
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 2
    assert says in result.output
