"""A trace with very many errors costs a bounded effort and never passes for it (promises 5 and 6)."""

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.pipeline.core.document import Json
from assay.pipeline.core.issue import Finding
from assay.pipeline.detect.schema_collect import MOST_EXAMINED, collect
from assay.pipeline.detect.schema_errors import ErrorLister, Located
from assay.pipeline.policy.classification import Enforcement
from assay.pipeline.policy.json_schema import compile_schema

Find = Callable[..., list[Finding]]

PIECE = 6
SCHEMA: Json = {
    "type": "object",
    "required": ["kind"],
    "properties": {
        "kind": {"type": "string"},
        "tags": {"maxItems": 3, "items": {"minLength": 2}},
        "rows": {
            "prefixItems": [{"type": "null"}],
            "items": {"$ref": "#/$defs/row"},
            "minItems": 1,
            "uniqueItems": True,
        },
        "more": {
            "type": "object",
            "properties": {"kind": {"const": 1}},
            "additionalProperties": {"type": "integer"},
        },
        "whole": {"patternProperties": {"^x": {"type": "null"}}, "additionalProperties": {"type": "integer"}},
        "closed": {"properties": {"kind": True}, "additionalProperties": False},
    },
    "$defs": {
        "row": {
            "required": ["id"],
            "properties": {"id": {"type": "integer"}, "rows": {"items": {"type": "string"}}},
        }
    },
}


def in_pieces(document: Json) -> Counter[tuple[tuple[str | int, ...], str]]:
    return Counter((path, error.kind.name) for path, error in ErrorLister(SCHEMA, PIECE).errors(document))


def as_a_whole(document: Json) -> Counter[tuple[tuple[str | int, ...], str]]:
    errors = compile_schema(SCHEMA).iter_errors(document)
    return Counter((tuple(error.instance_path), error.kind.name) for error in errors)


names = st.sampled_from(["kind", "tags", "rows", "more", "whole", "closed", "id", "x1", "other"])
leaves = st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["", "long enough"])
documents = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(names, inner, max_size=6)
        | inner.map(lambda value: [value] * (PIECE + 1))
        | inner.map(lambda value: {f"m{i}": value for i in range(PIECE + 1)})
    ),
    max_leaves=6,
)


@given(
    document=st.fixed_dictionaries(
        {}, optional=dict.fromkeys(["kind", "tags", "rows", "more", "whole", "closed"], documents)
    )
)
def test_a_document_in_pieces_has_the_errors_of_the_whole(document: Json) -> None:
    assert in_pieces(document) == as_a_whole(document)


MANY: dict[str, Json] = {f"m{i}": "no" for i in range(PIECE + 1)}


@pytest.mark.parametrize(
    "document",
    [
        {"more": MANY},
        {"more": {**MANY, "kind": 2}},
        {"whole": {**MANY, "x1": None, "x2": 1}},
        {"closed": {**MANY, "kind": 1}},
        {"rows": [None, *MANY.values()]},
        {"rows": [1, *[{"id": 1, "rows": [*MANY.values(), 1]}] * 2]},
        {"kind": 1, "tags": [*MANY.values(), "", 1]},
        {"rows": [{}] * (PIECE + 1)},
    ],
)
def test_each_way_to_take_a_document_apart_keeps_every_error_once(document: Json) -> None:
    assert in_pieces(document) == as_a_whole(document)


def test_a_megabyte_of_wrong_elements_gives_as_many_issues_as_are_listed(find: Find) -> None:
    findings = find(SCHEMA, {"kind": "x", "rows": [None, *[{"id": "no"}] * 100_000]}, most=50)
    assert len(findings) == 50
    assert {finding.code for finding in findings} <= {"schema.type_invalid", "schema.mismatch_minor"}


class Endless:
    """A source of errors that counts how many were taken."""

    def __init__(self, rule: dict[str, Json]) -> None:
        self.taken = 0
        self._error = next(iter(jsonschema_rs.Draft202012Validator(rule).iter_errors("value")))

    def __iter__(self) -> Iterator[Located]:
        for index in count():
            self.taken += 1
            yield Located((index,), self._error)


def test_enough_errors_with_a_blocking_one_are_enough() -> None:
    errors = Endless({"type": "null"})
    assert len(collect(errors, ["value"] * 5000, frozenset(), 200, Enforcement().blocks)) == 200
    assert errors.taken == 201


def test_without_a_blocking_one_the_search_goes_on_and_then_blocks() -> None:
    """When in doubt, stop: a trace that was not looked at to its end is not called valid (promise 5)."""
    errors = Endless({"maxLength": 1})
    findings = collect(errors, ["value"] * 5000, frozenset(), 200, Enforcement().blocks)
    assert errors.taken == MOST_EXAMINED + 1
    assert len(findings) == 200
    assert [finding.rule for finding in findings if finding.code == "detector.failed"] == [
        "schema.too_many_errors"
    ]


@pytest.mark.parametrize("most", [1, 5, 200])
def test_a_blocking_issue_is_never_crowded_out_by_those_that_are_not(find: Find, most: int) -> None:
    schema: Json = {"properties": {"a": {"items": {"minimum": 1}}, "z": {"type": "null"}}}
    findings = find(schema, {"a": [0] * 400, "z": 1}, most=most)
    assert len(findings) == most
    assert "schema.type_invalid" in {finding.code for finding in findings}


def test_as_many_warnings_as_fit_are_only_warnings(find: Find) -> None:
    findings = find({"items": {"minimum": 1}}, [0] * 400, most=200)
    assert {finding.code for finding in findings} == {"schema.mismatch_minor"}
    assert len(findings) == 200
