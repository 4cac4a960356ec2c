"""What rules may make of a value: only what loses nothing, has one reading, or was declared (D-10)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.pipeline.policy.remediation_steps import Range, Trim, Type, Unit
from assay.pipeline.remediate.casts import cast
from assay.pipeline.remediate.claim_check import claim_check, large_texts
from assay.pipeline.remediate.identifiers import trimmed
from assay.pipeline.remediate.ranges import clamped
from assay.pipeline.remediate.times import normal_time


@pytest.mark.parametrize(
    ("value", "expected", "made"),
    [
        ("42", "integer", 42),
        ("-7", "integer or null", -7),
        ("0", "integer", 0),
        ("9223372036854775807", "integer", 2**63 - 1),
        ("0.25", "number", 0.25),
        ("42", "number or null", 42),
        ("true", "boolean", True),
        (42, "string", "42"),
        (42, "string or null", "42"),
        # more than one reading, or something would be lost
        ("9223372036854775808", "integer", None),
        ("007", "integer", None),
        ("+7", "integer", None),
        (" 7", "integer", None),
        ("-0", "integer", None),
        ("7\n", "integer", None),
        ("\u0667", "integer", None),
        ("1e3", "number", None),
        ("0.1000000000000000055511151231257827", "number", None),
        ("1.0000000000000000001", "number", None),
        ("1234567890123456789.5", "number", None),
        ("0.10000000000000001", "number", None),
        ("NaN", "number", None),
        ("True", "boolean", None),
        ("1", "boolean", None),
        (1, "boolean", None),
        (True, "integer", None),
        (True, "string", None),
        (1.5, "string", None),
        (1.5, "integer", None),
        (None, "string", None),
        ([], "string", None),
        ({}, "array", None),
        ("x", "one of 5 values", None),
        ("x", "", None),
    ],
)
def test_a_cast_loses_nothing(value: Any, expected: str, made: Any) -> None:
    """S0-132."""
    found = cast(value, Type.EXPECTED, expected)
    assert (type(found), found) == (type(made), made)


@given(st.integers(-(2**63), 2**63 - 1))
def test_a_number_as_text_is_that_number_and_back(number: int) -> None:
    text = cast(number, Type.STRING, "")
    assert text is not None
    assert cast(text, Type.INTEGER, "") == number


@given(st.text(max_size=30))
def test_no_text_makes_a_cast_raise_and_what_is_made_reads_the_same(text: str) -> None:
    made = cast(text, Type.NUMBER, "")
    assert made is None or float(text) == made


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("2025-03-04T09:15:00Z", "2025-03-04T09:15:00.000000000Z"),
        ("2025-03-04t09:15:00.123456789z", "2025-03-04T09:15:00.123456789Z"),
        ("2025-03-04 09:15:00,5 UTC", "2025-03-04T09:15:00.500000000Z"),
        ("2025-03-04T09:15:00+0130", "2025-03-04T07:45:00.000000000Z"),
        ("2025-03-04 09:15:00 -08:00", "2025-03-04T17:15:00.000000000Z"),
        ("2024-02-29T23:59:59-01", "2024-03-01T00:59:59.000000000Z"),
        ("1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.500000000Z"),
        ("2025-03-04T09:15:00", None),  # naive
        ("2025-03-04", None),
        ("04/03/2025 09:15:00Z", None),  # whose month?
        ("2025-02-29T00:00:00Z", None),
        ("2025-03-04T24:00:00Z", None),
        ("2025-03-04T09:15:60Z", None),
        ("2025-03-04T09:15:00.1234567891Z", None),
        ("2025-03-04T09:15:00+24:00", None),
        ("0001-01-01T00:00:00+01:00", None),
        ("9999-12-31T23:59:59-01:00", None),
        ("2025-03-04T09:15:00Z\n", None),
        ("\u0662025-03-04T09:15:00Z", None),
        ("x" * 1_000_000, None),
        (1_741_079_700_000, None),  # nobody declared what it counts
        (True, None),
        (None, None),
    ],
)
def test_a_time_is_written_in_one_way_or_left_alone(text: Any, normal: str | None) -> None:
    """S4-60: a naive time is refused unless somebody declared its zone."""
    assert normal_time(text, None, None) == normal


def test_a_declared_zone_is_that_of_a_time_without_one_and_of_no_other() -> None:
    assert normal_time("2025-03-04T09:15:00", 120, None) == "2025-03-04T07:15:00.000000000Z"
    assert normal_time("2025-03-04T09:15:00Z", 120, None) == "2025-03-04T09:15:00.000000000Z"


@pytest.mark.parametrize(
    ("number", "unit", "normal"),
    [
        (1_741_079_700, Unit.SECONDS, "2025-03-04T09:15:00.000000000Z"),
        (1_741_079_700_001, Unit.MILLISECONDS, "2025-03-04T09:15:00.001000000Z"),
        (1_741_079_700_000_001, Unit.MICROSECONDS, "2025-03-04T09:15:00.000001000Z"),
        (1_741_079_700_000_000_001, Unit.NANOSECONDS, "2025-03-04T09:15:00.000000001Z"),
        (1_741_079_700_001, Unit.SECONDS, None),
        (1_741_079_700, Unit.MILLISECONDS, None),
        (-1, Unit.SECONDS, None),
    ],
)
def test_a_number_is_a_time_in_the_declared_unit_when_that_can_be_believed(
    number: int, unit: Unit, normal: str | None
) -> None:
    assert normal_time(number, None, unit) == normal


@pytest.mark.parametrize(
    ("value", "made"),
    [
        (1.0005, 1),
        (-0.001, 0),
        (1.0011, None),
        (0.5, None),
        (1, None),
        (93, None),
        ("1.0005", None),
        (True, None),
    ],
)
def test_a_number_is_clamped_only_within_the_slack(value: Any, made: Any) -> None:
    assert clamped(value, Range(0, 1, 0.001)) == made
    assert clamped(value, None) is None


def test_an_id_is_trimmed_and_nothing_else() -> None:
    assert trimmed(" Wf 1\t", {Trim.STRIP}) == "Wf 1"
    assert trimmed("WF-ÄI", {Trim.LOWER}) == "wf-Äi"
    assert trimmed("  ", {Trim.STRIP}) is None
    assert trimmed(7, {Trim.STRIP}) is None


def test_large_texts_are_found_by_their_bytes_wherever_they_stand() -> None:
    document: Any = {"a": "x" * 9, "b": ["x" * 10, {"c": "ü" * 5}], "d": 7, "e": "ü" * 4}
    assert [place for place, _ in large_texts(document, ("o",), 10)] == [
        ("o", "b", "0"),
        ("o", "b", "1", "c"),
    ]
    assert claim_check("ü").endswith(" bytes:2")
