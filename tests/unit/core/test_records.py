"""Where a record lies, and how much travels with its value."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.pipeline.core.record import Source, key_and_headers_bytes, source_of
from assay.pipeline.testing import raw_record

NAMES = st.text("abcdefghijklmnopqrstuvwxyz._-/0123456789", min_size=1, max_size=20)


@given(NAMES, st.integers(0, 2**31 - 1), st.integers(0, 2**63 - 1))
@settings(deadline=None)
def test_a_source_is_read_back_from_its_text(topic: str, partition: int, offset: int) -> None:
    source = Source(topic, partition, offset)
    assert Source.parse(str(source)) == source


@pytest.mark.parametrize(
    "text",
    [
        *("", "traces.raw", "traces.raw/1", "/1/2", "traces.raw/x/2", "traces.raw/1/"),
        *("traces.raw/1/1_0", "traces.raw/+1/2", "traces.raw/1/-2", "traces.raw/ 1/2", "traces.raw/1/٢"),
    ],
)
def test_what_is_no_source_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Source.parse(text)


def test_a_record_knows_its_source() -> None:
    record = raw_record(b"", topic="eu.traces.raw", partition=3, offset=42)
    assert str(source_of(record)) == "eu.traces.raw/3/42"


@given(
    st.none() | st.binary(max_size=20),
    st.lists(st.tuples(st.text("abc", max_size=5), st.none() | st.binary(max_size=20)), max_size=5),
)
@settings(deadline=None)
def test_what_travels_with_a_value_is_all_counted(
    key: bytes | None, headers: list[tuple[str, bytes | None]]
) -> None:
    """Key, header names and header values; null counts nothing, the value is not asked."""
    record = raw_record(b"x" * 1000, key=key, headers=headers)
    together = (key or b"") + b"".join(name.encode() + (value or b"") for name, value in headers)
    assert key_and_headers_bytes(record) == len(together)
