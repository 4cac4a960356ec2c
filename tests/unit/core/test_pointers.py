"""JSON Pointers: the way to a place in a document and back (RFC 6901, D-15)."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.pipeline.core.document import MISSING, Json, format_pointer, lookup, parse_pointer, without_indexes

DOCUMENT: Json = {
    "foo": ["bar", "baz"],
    "": 0,
    "a/b": 1,
    "c%d": 2,
    "e^f": 3,
    "g|h": 4,
    "i\\j": 5,
    'k"l': 6,
    " ": 7,
    "m~n": 8,
}
TOKENS = st.lists(st.text(max_size=6), max_size=5).map(tuple)


@pytest.mark.parametrize(
    ("pointer", "found"),
    [
        ("", DOCUMENT),
        ("/foo", ["bar", "baz"]),
        ("/foo/0", "bar"),
        ("/", 0),
        ("/a~1b", 1),
        ("/c%d", 2),
        ("/e^f", 3),
        ("/g|h", 4),
        ("/i\\j", 5),
        ('/k"l', 6),
        ("/ ", 7),
        ("/m~0n", 8),
    ],
)
def test_the_examples_of_the_rfc(pointer: str, found: Json) -> None:
    """RFC 6901, section 5."""
    assert lookup(DOCUMENT, parse_pointer(pointer)) == found


@given(TOKENS)
@settings(deadline=None)
def test_what_is_written_is_read_back(tokens: tuple[str, ...]) -> None:
    assert parse_pointer(format_pointer(tokens)) == tokens


@pytest.mark.parametrize("text", ["foo", "#/foo", " /foo"])
def test_what_does_not_start_with_a_slash_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="starts with '/'"):
        parse_pointer(text)


@pytest.mark.parametrize(
    "pointer", ["/nothing", "/foo/2", "/foo/-1", "/foo/-", "/foo/x", "/foo/0/deeper", "/foo/", "/ /x"]
)
def test_where_there_is_nothing_it_is_missing(pointer: str) -> None:
    assert lookup(DOCUMENT, parse_pointer(pointer)) is MISSING


def test_null_is_not_missing() -> None:
    assert lookup({"a": None}, ("a",)) is None
    assert repr(MISSING) == "MISSING"


@given(st.data())
@settings(deadline=None)
def test_every_place_is_found_by_its_pointer_and_no_lookup_raises(
    documents: st.SearchStrategy[Json], data: st.DataObject
) -> None:
    """D-15: whatever the document is."""
    document = data.draw(documents)
    for tokens, value in places(document):
        assert lookup(document, parse_pointer(format_pointer(tokens))) is value
    lookup(document, data.draw(TOKENS))


def places(document: Json, above: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Json]]:
    """Every pointer and what stands there."""
    yield above, document
    if isinstance(document, dict):
        for key, value in document.items():
            yield from places(value, (*above, key))
    elif isinstance(document, list):
        for index, value in enumerate(document):
            yield from places(value, (*above, index))


def test_the_same_place_of_any_element_is_the_same() -> None:
    assert without_indexes("/steps/0/name") == without_indexes("/steps/17/name") == "/steps/*/name"
    assert without_indexes("/a~1b/0") == "/a~1b/*"
    assert without_indexes("") == ""


@given(TOKENS)
@settings(deadline=None)
def test_removing_indexes_twice_changes_nothing_more(tokens: tuple[str, ...]) -> None:
    once = without_indexes(format_pointer(tokens))
    assert without_indexes(once) == once
    assert len(parse_pointer(once)) == len(tokens)
