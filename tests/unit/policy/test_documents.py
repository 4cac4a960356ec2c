"""Reading files of ours: what two readers could understand differently is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.pipeline.policy.documents import read_json, read_yaml


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a: 1\na: 2", "twice"),
        ("a: {b: 1, b: 2}", "twice"),
        ("a: &x [1]\nb: *x", "alias"),
        ("1: one", "not text"),
        ("a: !!python/object:os.system {}", "constructor"),
        ("a: !!set {b}", "JSON"),
        ("a: .nan", "finite"),
        ("a: [", "YAML"),
        ("? [a]\n: b", "not text"),
        ("[" * 150 + "]" * 150, "deep"),
    ],
)
def test_yaml_that_json_could_not_say_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_yaml(text.encode())


def test_a_date_in_yaml_stays_the_text_that_it_is() -> None:
    assert read_yaml(b"day: 2025-03-04\nversion: 1.2.0") == {"day": "2025-03-04", "version": "1.2.0"}


@pytest.mark.parametrize(
    "text",
    ['{"a": 1, "a": 1}', '{"a": {"b": 1, "b": 2}}', "NaN", "[Infinity]", "1e999", '"\\ud800"', "", "{]"],
)
def test_json_that_readers_disagree_on_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        read_json(text.encode())


def test_files_that_are_not_utf_8_are_refused() -> None:
    for read in (read_json, read_yaml):
        with pytest.raises(ValueError, match="UTF-8"):
            read(b'"\xe9"')


def test_deep_json_is_refused_not_crashed_on() -> None:
    for depth in (101, 100_000):
        with pytest.raises(ValueError, match="deep"):
            read_json(b"[" * depth + b"]" * depth)


documents = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text('aé\n"0'),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=10,
)


@given(documents)
def test_every_json_document_is_read_as_it_was_written(document: object) -> None:
    assert read_json(json.dumps(document, ensure_ascii=False).encode(errors="surrogatepass")) == document
