"""The same problem has the same fingerprint, another problem another one (DESIGN 8)."""

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.pipeline.dispose import fingerprint


class Parts(NamedTuple):
    code: str = "schema.required_missing"
    subject: str = "workflow_trace"
    path: str = "/steps/0/name"
    tenant: str = "acme"
    producer: str = "importer"


words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
paths = st.lists(
    words.map(lambda word: word.replace("~", "-").replace("/", "-")), min_size=1, max_size=4
).map(lambda tokens: "/" + "/".join("x" + token for token in tokens))
parts = st.builds(Parts, words, words, paths, words, words)


@given(parts, parts)
def test_equal_exactly_when_every_part_is_equal(one: Parts, other: Parts) -> None:
    assert (fingerprint(*one) == fingerprint(*other)) == (one == other)


@given(parts, st.sampled_from(Parts._fields), words)
def test_changing_any_part_changes_it(one: Parts, name: str, word: str) -> None:
    changed = one._replace(**{name: getattr(one, name) + ("/x" if name == "path" else "") + word})
    assert fingerprint(*one) != fingerprint(*changed)


@given(words, words)
def test_no_text_passes_for_two_parts(one: str, other: str) -> None:
    joined = [
        fingerprint("code", one + other, "/p", "t", "x"),
        fingerprint("code" + one, other, "/p", "t", "x"),
        fingerprint("code", one, "/p", other, "x"),
    ]
    assert len(set(joined)) == 3


def test_the_index_of_an_element_does_not_count() -> None:
    assert fingerprint(*Parts(path="/steps/0/name")) == fingerprint(*Parts(path="/steps/17/name"))
    assert fingerprint(*Parts(path="/steps/0/name")) != fingerprint(*Parts(path="/steps/0/type"))


@pytest.mark.parametrize("name", ["subject", "path", "tenant", "producer"])
def test_a_missing_part_is_the_word_none(name: str) -> None:
    assert fingerprint(*Parts()._replace(**{name: ""})) == fingerprint(*Parts()._replace(**{name: "none"}))


def test_it_is_16_hex_digits_and_never_changes() -> None:
    """Groups, tasks and replays are kept by it for months: a new way to compute it is a new contract."""
    assert fingerprint(*Parts()) == "ff19972f2ff82639"


def test_a_detector_that_gives_no_pointer_stops_no_trace() -> None:
    """D-16: one detector's bug must not stop the trace."""
    assert len(fingerprint(*Parts(path="steps.0.name"))) == 16
    assert len(fingerprint(*Parts(path="/\ud800"))) == 16
