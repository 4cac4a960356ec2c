"""Time on the wire (DESIGN 2: RFC 3339 with nine digits and ``Z``)."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.pipeline.core.clock import NANOS_PER_SECOND, rfc3339

INT64 = st.integers(-(2**63), 2**63 - 1)


@pytest.mark.parametrize(
    ("at_ns", "text"),
    [
        (0, "1970-01-01T00:00:00.000000000Z"),
        (1, "1970-01-01T00:00:00.000000001Z"),
        (-1, "1969-12-31T23:59:59.999999999Z"),
        (1_709_208_000_123_456_789, "2024-02-29T12:00:00.123456789Z"),
        (2**63 - 1, "2262-04-11T23:47:16.854775807Z"),
        (-(2**63), "1677-09-21T00:12:43.145224192Z"),
    ],
)
def test_each_time_has_its_text(at_ns: int, text: str) -> None:
    assert rfc3339(at_ns) == text


@given(INT64)
@settings(deadline=None)
def test_no_nanosecond_is_lost(at_ns: int) -> None:
    text = rfc3339(at_ns)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z", text)
    whole = datetime.strptime(text[:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC)
    since = whole - datetime(1970, 1, 1, tzinfo=UTC)
    assert (since.days * 86_400 + since.seconds) * NANOS_PER_SECOND + int(text[20:29]) == at_ns


@given(INT64, INT64)
@settings(deadline=None)
def test_texts_are_in_the_order_of_their_times(one: int, other: int) -> None:
    assert (rfc3339(one) < rfc3339(other)) is (one < other)
