"""Times are compared as integers of nanoseconds (S0-40, S4-60)."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assay.pipeline.core.clock import rfc3339
from assay.pipeline.detect.moments import is_naive, parse_moment

SECOND = 1_000_000_000
AT = 1_741_079_700 * SECOND  # 2025-03-04T09:15:00Z

TIMES = [
    ("2025-03-04T09:15:00Z", AT),
    ("2025-03-04T09:15:00.5Z", AT + SECOND // 2),
    ("2025-03-04T09:15:00.000000001Z", AT + 1),
    ("2025-03-04T09:15:00.0000000019Z", AT + 1),  # cut, not rounded
    ("2025-03-04t09:15:00z", AT),
    ("2025-03-04T10:15:00+01:00", AT),
    ("2025-03-04T03:45:00.25-05:30", AT + SECOND // 4),
    ("2025-03-04T09:15:00-00:00", AT),
    ("2024-02-29T00:00:00Z", 1_709_164_800 * SECOND),
    ("1969-12-31T23:59:59.999999999Z", -1),
    ("2016-12-31T23:59:60Z", 1_483_228_800 * SECOND),  # the leap second
    ("2016-12-31T23:59:60.123456789Z", 1_483_228_800 * SECOND + 123_456_789),
    ("2017-01-01T00:59:60+01:00", 1_483_228_800 * SECOND),
    ("0000-03-01T00:00:00Z", -62_162_035_200 * SECOND),
    ("9999-12-31T23:59:59Z", 253_402_300_799 * SECOND),  # beyond an int64, and exact
]

NO_TIMES = [
    "",
    "yesterday",
    "2025-03-04",
    "2025-03-04T09:15Z",
    "2025-03-04T09:15:00",
    "2025-03-04 09:15:00Z",
    "2025-03-04T09:15:00.Z",
    "2025-03-04T09:15:00,5Z",
    "2025-02-31T09:15:00Z",
    "2025-13-01T09:15:00Z",
    "2016-12-31T22:59:60Z",  # a leap second ends the day in UTC, nothing else
    "2017-01-01T23:59:60+01:00",
    "2025-03-04T24:00:00Z",
    "2025-03-04T09:60:00Z",
    "2025-03-04T09:15:60Z",
    "2025-03-04T09:15:00+24:00",
    "2025-03-04T09:15:00+01:60",
    "2025-03-04T09:15:00+0100",
    " 2025-03-04T09:15:00Z",
    "2025-03-04T09:15:00Z\n",
    "\uff12025-03-04T09:15:00Z",
    "2025-03-04T09:15:00.1234_6789Z",
    "2025-03-04T09:15:00.+23456789Z",
    "2025-03-04T09:15:00.\uff1123456789Z",
    "+025-03-04T09:15:00.123456789Z",
    None,
    True,
    1_741_079_700,
    1.5,
    ["2025-03-04T09:15:00Z"],
    {"at": 1},
]


@pytest.mark.parametrize(("text", "moment"), TIMES)
def test_a_time_is_an_exact_integer(text: str, moment: int) -> None:
    """RFC 3339 with any offset and any number of digits."""
    assert parse_moment(text) == moment


@pytest.mark.parametrize("text", NO_TIMES)
def test_what_is_no_rfc_3339_time_is_none(text: object) -> None:
    """Whatever stands there: the schema detector says what is wrong with it."""
    assert parse_moment(text) is None


@pytest.mark.parametrize(
    ("text", "naive"),
    [
        ("2025-03-04T09:15:00", True),
        ("2025-03-04 09:15:00", True),
        ("2025-03-04t09:15:00.123456789", True),
        ("2025-03-04T09:15:00Z", False),
        ("2025-03-04T09:15:00+01:00", False),
        ("2025-02-31T09:15:00", False),
        ("2025-03-04", False),
        ("soon", False),
        (None, False),
        (20250304, False),
    ],
)
def test_a_naive_time_is_one_that_lacks_only_its_offset(text: object, naive: bool) -> None:
    """S4-60: what is no time at all is another fault."""
    assert is_naive(text) is naive


@given(st.integers(min_value=-30_610_224_000 * SECOND, max_value=253_402_300_799 * SECOND))
@example(0)
@example(-1)
def test_what_our_own_clock_writes_is_read_back(at_ns: int) -> None:
    """Both ways, to the nanosecond."""
    assert parse_moment(rfc3339(at_ns)) == at_ns


@given(
    st.datetimes(timezones=st.just(UTC), min_value=datetime(2, 1, 1), max_value=datetime(9998, 1, 1)),  # noqa: DTZ001 - hypothesis wants naive bounds
    st.integers(min_value=-1439, max_value=1439),
)
def test_the_offset_does_not_move_the_moment(at: datetime, minutes: int) -> None:
    """The standard library is the oracle, to the microsecond."""
    abroad = at.astimezone(timezone(timedelta(minutes=minutes))).isoformat()
    elapsed = at - datetime(1970, 1, 1, tzinfo=UTC)
    micros = (elapsed.days * 86_400 + elapsed.seconds) * 1_000_000 + elapsed.microseconds
    assert parse_moment(abroad) == micros * 1000


@given(st.text(), st.text())
def test_any_text_has_an_answer(one: str, other: str) -> None:
    """Never raises; two texts of one length that end in ``Z`` are in the order of their moments."""
    for text in (one, other):
        assert parse_moment(text) is None or not is_naive(text)


@given(st.integers(0, 2**62), st.integers(0, 2**62))
def test_texts_of_one_form_are_in_the_order_of_their_moments(one: int, other: int) -> None:
    """What detectors rely on when they compare two such texts as they are."""
    assert (rfc3339(one) < rfc3339(other)) == (one < other)
