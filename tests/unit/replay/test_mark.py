"""The mark of a replayed record: nobody but the replay agent can make one, and taking it off gives the original."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.pipeline.core.headers import REPLAY_PROOF as PROOF
from assay.pipeline.core.record import RawRecord, Source
from assay.pipeline.core.replay_mark import Mark, mark_of, marked, original, read_mark

SECRET = b"s" * 32
MARK = Mark(Source("traces.raw", 1, 7), "r-1", 2, 1_700_000_000_000)
binaries = st.none() | st.binary(max_size=20)
names = st.sampled_from(
    ["h", "assay-replay-of", PROOF, "assay-attempt", "assay-receipt", "assay-replay-without"]
) | st.text(max_size=5)
marks = st.builds(
    Mark,
    st.builds(Source, st.just("traces.raw"), st.integers(0, 99), st.integers(0, 2**63 - 1)),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=10),
    st.integers(1, 1000),
    st.integers(-(2**63), 2**63 - 1),
    st.sampled_from(["", "0" * 32]),
    st.sampled_from([(), ("a_rule@1",), ("a_rule@1", "b_rule@12")]),
)


def record(mark: Mark = MARK, headers: Any = (("h", b"v"),), **changes: Any) -> RawRecord:
    parts = {"topic": "traces.raw", "partition": 1, "key": b"k", "value": b"{}"}
    written = marked(headers, mark, secret=SECRET, **parts)  # type: ignore[arg-type]  # a mixed dict
    parts |= changes
    return RawRecord(offset=9, timestamp=5, headers=written, **parts)  # type: ignore[arg-type]  # as above


@given(marks, st.lists(st.tuples(names, binaries), max_size=4), binaries, binaries)
def test_what_is_marked_is_read_back_and_the_original_is_as_it_was(
    mark: Mark, headers: list[Any], key: bytes | None, value: bytes | None
) -> None:
    """Promise 2, whatever headers a producer made up."""
    written = marked(headers, mark, topic="t", partition=3, key=key, value=value, secret=SECRET)
    came = RawRecord("t", 3, 11, 5, key, value, written)
    assert read_mark(came, SECRET) == mark == mark_of(written)
    assert original(came, mark) == RawRecord("t", 3, 11, mark.timestamp, key, value, headers)


@pytest.mark.parametrize(
    "change", [{"topic": "traces.raw.b"}, {"partition": 2}, {"key": None}, {"value": b"[]"}, {"value": None}]
)
def test_a_mark_holds_for_its_own_record_only(change: dict[str, Any]) -> None:
    """A producer who has seen one cannot put it on a record of his own."""
    assert read_mark(record(), SECRET) == MARK
    assert read_mark(record(**change), SECRET) is None


def test_a_mark_of_another_secret_counts_for_nothing() -> None:
    assert read_mark(record(), b"t" * 32) is None


@pytest.mark.parametrize("index", range(5))
def test_no_header_can_be_changed_added_or_taken_away(index: int) -> None:
    came = record()
    headers = list(came.headers)
    for forged in (
        [*headers[:index], (headers[index][0], b"1"), *headers[index + 1 :]],
        headers[:index] + headers[index + 1 :],
        [*headers[:index], ("x", b"y"), *headers[index:]],
    ):
        assert read_mark(RawRecord("traces.raw", 1, 9, 5, b"k", b"{}", forged), SECRET) is None


def test_a_producers_own_mark_is_none_and_stays_where_it_is() -> None:
    forged = [("assay-replay-of", b"traces.raw/0/0"), (PROOF, b"0" * 64)]
    assert read_mark(RawRecord("traces.raw", 1, 9, 5, b"k", b"{}", forged), SECRET) is None
    came = record(headers=forged)
    assert list(original(came, MARK).headers) == forged


@given(st.lists(st.tuples(names, binaries), max_size=8))
def test_no_headers_make_it_raise(headers: list[Any]) -> None:
    """D-15."""
    assert read_mark(RawRecord("t", 0, 0, 0, None, None, headers), SECRET) is None
    mark_of(headers)
