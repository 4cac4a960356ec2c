"""Which line of a file a place is on: what a person who corrects it needs to know (D-21)."""

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from assay.pipeline.core.document import Json, format_pointer
from assay.pipeline.core.errors import Problem
from assay.pipeline.policy.json_lines import lines_of, values
from assay.pipeline.policy.note import Level, Note
from assay.pipeline.policy.places import located, note_of, place_of
from assay.pipeline.policy.schema_fault import SchemaFault
from assay.pipeline.policy.yaml_lines import lines_of_places

JSON = """{
  "a": {
    "b": [
      1, 2,
      {"c":
        "x"}
    ],
    "a/b~": true
  },
  "quote\\"d": [[], {}]
}"""

YAML = """\
# A comment.
bindings:
  - topic: t
    subjects: [a,
      b]
  - {topic: u}
codes:
  security.pii: {mode: warn}
  security.pii_email:
    at:
      gate: strict
  security: {pii: 1}
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), 1),
        (("a",), 2),
        (("a", "b", "1"), 4),
        (("a", "b", "2"), 5),
        (("a", "b", "2", "c"), 5),
        (("a", "a/b~"), 8),
        (('quote"d', "1"), 10),
        (("a", "b", "9"), 3),
        (("a", "ghost", "x"), 2),
        (("ghost",), 1),
    ],
)
def test_a_pointer_into_json_has_the_line_of_its_key_or_of_what_is_around_it(
    path: tuple[str, ...], line: int
) -> None:
    assert lines_of(JSON, [path]) == {path: line}


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("", 2),
        ("bindings", 2),
        ("bindings[0]", 3),
        ("bindings[0].topic", 3),
        ("bindings[0].subjects[1]", 5),
        ("bindings[1].topic", 6),
        ("bindings[1].ghost", 6),
        ("bindings[7].topic", 2),
        ("codes.security.pii.mode", 8),
        ("codes.security.pii_email", 9),
        ("codes.security.pii_email.at.gate", 11),
        ("codes.security", 12),
        ("codes.security.other", 12),
        ("codes.security.pii_email.at.stream", 10),
        ("codes.ghost", 7),
        ("ghost", 2),
    ],
)
def test_a_place_in_yaml_has_the_line_of_its_key_or_of_what_is_around_it(place: str, line: int) -> None:
    root = yaml.compose(YAML, yaml.SafeLoader)
    assert root is not None
    assert lines_of_places(root, [place]) == {place: line}


documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text('aé\n"0[]{},: ', max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text('a"/[:,', max_size=3), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(documents, st.sampled_from([None, 0, 2]))
def test_every_value_of_a_json_text_is_found_in_order(document: Json, indent: int | None) -> None:
    text = json.dumps(document, indent=indent)
    assert [value.path for value in values(text)] == [*paths(document, ())]


@given(documents)
def test_the_line_is_the_one_on_which_the_value_begins(document: Json) -> None:
    text = json.dumps(document, indent=1)
    for value in values(text):
        line = text.splitlines()[value.line - 1]
        assert value.word in line
        if value.path and isinstance(value.path[-1], str):
            assert line.strip().startswith(json.dumps(value.path[-1]))


@given(st.text('{}[]":,\\a1 \n', max_size=40), st.lists(st.text("a01", max_size=2), max_size=3))
def test_a_text_that_is_no_json_is_read_as_far_as_it_goes(text: str, path: list[str]) -> None:
    (line,) = lines_of(text, [path]).values()
    assert 1 <= line <= text.count("\n") + 1


def paths(node: Json, here: tuple[str | int, ...]) -> list[tuple[str | int, ...]]:
    found = [here]
    match node:
        case dict():
            for key, child in node.items():
                found += paths(child, (*here, key))
        case list():
            for index, child in enumerate(node):
                found += paths(child, (*here, index))
    return found


def test_a_note_of_a_file_that_is_not_there_has_no_line() -> None:
    (note,) = located([Note(Level.ERROR, "policies/x.yaml", "a", "why", "remedy")], {})
    assert (note.line, note.where, str(note)) == (
        None,
        "policies/x.yaml: a",
        "policies/x.yaml: a: why. remedy",
    )


@pytest.mark.parametrize("content", [b"\xff", b"a: [", b"", b"&a {b: *a}", b"#" * 2_000_000])
@pytest.mark.parametrize("file", ["policies/x.yaml", "schemas/x/1.0.0.json"])
def test_a_file_that_cannot_be_read_gives_no_wrong_line(file: str, content: bytes) -> None:
    (note,) = located([Note(Level.ERROR, file, "", "why", "remedy")], {file: content})
    assert note.line in {None, 1}


def test_a_problem_is_taken_apart_into_file_and_place() -> None:
    note = note_of(Problem("policies/x.yaml: a[0].b", "is wrong", "Correct it"))
    assert (note.file, note.place, note.why, note.remedy) == (
        "policies/x.yaml",
        "a[0].b",
        "is wrong",
        "Correct it",
    )
    fault = SchemaFault("/a/b", "is wrong", "Do this")
    assert str(fault) == "/a/b: is wrong"
    note = note_of(Problem("schemas/x/1.0.0.json", fault, "Correct the schema"))
    assert (note.place, note.why, note.remedy) == ("/a/b", "is wrong", "Do this")


def test_steps_are_written_as_places_of_their_kind_of_file() -> None:
    assert place_of("policies/x.yaml", ["a", 0, "b"]) == "a[0].b"
    assert place_of("schemas/x/1.0.0.json", ["a/b", 0]) == format_pointer(["a/b", 0]) == "/a~1b/0"
