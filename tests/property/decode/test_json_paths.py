"""The quick way, the strict way and the standard library agree on any text."""

import json
from typing import Any

import orjson
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.document import Json
from assay.pipeline.core.issue import Finding
from assay.pipeline.decode.json_bounds import find_out_of_bounds, may_be_out_of_range
from assay.pipeline.decode.json_text import decode_json, decode_strictly
from assay.pipeline.policy.bundle import Limits

LIMITS = Limits(max_depth=6)
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no fault of the code."""

NUMBERS = st.one_of(
    st.integers(),
    st.integers(-(2**64) - 2, 2**64 + 2),
    st.sampled_from([2**53, 2**53 + 1, 2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 2**64 - 1, 2**64]),
    st.floats(allow_nan=False, allow_infinity=False),
)
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=25,
)
PIECES = st.sampled_from(
    [
        *rb'{ } [ ] , : " \ \u "a": "a" "\u0061" \ud800 \udc00 [[[[[[[ ]]]]]]] true null NaN'.split(),
        *b"0 - . e E+ 1.5 1e5 1e400 9223372036854775808 9999999999999999999".split(),
        *(b" ", b"\n", b"\x00", b"\x1f", b"\xff", b"\xc3\xa9", b"\xef\xbb\xbf"),
    ]
)


def written(document: Json, compact: bool, ascii_only: bool) -> bytes:
    separators = (",", ":") if compact else (", ", ": ")
    return json.dumps(document, ensure_ascii=ascii_only, separators=separators).encode()


TEXTS = st.builds(written, DOCUMENTS, st.booleans(), st.booleans())


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A text with a few pieces taken out, put in or overwritten."""
    text = draw(TEXTS)
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        stop = min(len(text), start + draw(st.integers(0, 4)))
        text = text[:start] + draw(PIECES | st.binary(max_size=2)) + text[stop:]
    return text


def exact(document: object) -> str:
    """Documents compared with their types: 1 is neither 1.0 nor true."""
    return repr(document)


@patient
@given(TEXTS | damaged() | st.lists(PIECES, max_size=8).map(b"".join) | st.binary(max_size=40))
@example(b"[18446744073709551615]")
@example(b"[9223372036854775808]")
@example(b'{"a":1,"a":1}')
@example(b'{"":0,"":0}')
@example(b"[-0]")
@example(b"[1e16]")
def test_both_ways_give_the_same_for_any_bytes(text: bytes) -> None:
    assert exact(decode_json(text, LIMITS)) == exact(decode_strictly(text, LIMITS))


class RefusedError(Exception):
    """The oracle below does not read a text."""


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise RefusedError
    return members


def never(word: str) -> None:
    raise RefusedError


def by_the_standard_library(text: bytes) -> object:
    """The document by Python's own parser, made strict; ``RefusedError`` for what must be refused."""
    try:
        document: Json = json.loads(text.decode(), object_pairs_hook=once, parse_constant=never)
        json.dumps(document, ensure_ascii=False).encode()
    except ValueError as error:
        raise RefusedError from error
    if find_out_of_bounds(document, LIMITS.max_depth):
        raise RefusedError
    return document


@patient
@given(TEXTS | damaged() | st.lists(PIECES, max_size=8).map(b"".join))
def test_the_standard_library_made_strict_reads_and_refuses_the_same(text: bytes) -> None:
    result = decode_json(text, LIMITS)
    try:
        expected = by_the_standard_library(text)
    except RefusedError:
        assert isinstance(result, Finding)
    else:
        assert exact(result) == exact(expected)


@patient
@given(DOCUMENTS)
def test_what_is_within_bounds_comes_back_as_it_was(document: Json) -> None:
    if find_out_of_bounds(document, LIMITS.max_depth):
        document = None
    for compact in (True, False):
        result = decode_json(written(document, compact, ascii_only=False), LIMITS)
        assert exact(result) == exact(document)


@patient
@given(
    NUMBERS, st.sampled_from([b"%s", b"[%s]", b"[0,%s]", b'{"a":%s}', b'{"a": %s}', b"[\n%s]", b"[\t-%s]"])
)
@example(1e308, b"%s")
def test_the_screen_never_lets_a_number_out_of_range_pass(number: float, around: bytes) -> None:
    text = around % json.dumps(number).encode()
    try:
        document = json.loads(text)
    except ValueError:
        return
    if find_out_of_bounds(document, 64):
        assert may_be_out_of_range(text)


DIGITS = st.text("0123456789", min_size=1, max_size=350)


@patient
@given(DIGITS, DIGITS, st.integers(-400, 400), st.sampled_from(["e", "E", "e+", "E+0", "e00"]), st.booleans())
def test_the_screen_never_lets_an_infinite_number_pass(
    whole: str, fraction: str, exponent: int, mark: str, negative: bool
) -> None:
    mark = "e" if exponent < 0 else mark
    text = f"[{'-' * negative}{whole.lstrip('0') or '0'}.{fraction}{mark}{exponent}]".encode()

    result = decode_json(text, LIMITS)

    if abs(json.loads(text)[0]) == float("inf"):
        assert may_be_out_of_range(text)
        assert isinstance(result, Finding)
        assert result.code is IssueCode.CORRUPT_NUMBER_RANGE
    else:
        assert exact(result) == exact(json.loads(text))


@patient
@given(st.binary(max_size=60) | damaged())
def test_a_text_that_comes_back_byte_for_byte_has_each_key_once(text: bytes) -> None:
    """What the quick way rests on."""
    try:
        same = orjson.dumps(orjson.loads(text)) == text
    except ValueError:
        return
    if same:
        json.loads(text, object_pairs_hook=once)
