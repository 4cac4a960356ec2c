"""The schema detector: what it calls a thing, where it says it is, and what it never shows (S0-37)."""

from collections.abc import Callable

import pytest

from assay.pipeline.core.document import Json
from assay.pipeline.core.issue import Finding
from assay.pipeline.core.trace import Trace
from assay.pipeline.detect.schema import SchemaDetector
from assay.pipeline.policy.any_subject import any_subject
from assay.pipeline.policy.bundle import Bundle

Find = Callable[..., list[Finding]]


def container(level: int) -> Json:
    inner: Json = {"$ref": f"#/$defs/{level + 1}"}
    return {"type": ["object", "array"], "additionalProperties": inner, "items": inner}


LEVELS: dict[str, Json] = {"1": container(1), "2": container(2), "3": container(3), "4": {"type": "null"}}
"""Containers three deep, then nothing but null."""

REQUIRED, TYPE = "schema.required_missing", "schema.type_invalid"
FORMAT, MINOR = "schema.format_inconsistent", "schema.mismatch_minor"


def member(rule: dict[str, Json]) -> dict[str, Json]:
    """A schema with one declared member ``a``."""
    return {"properties": {"a": rule}}


TABLE: list[tuple[Json, Json, list[str]]] = [
    # S0-7: required, at the place of the missing member itself
    ({"required": ["a", "b"]}, {}, [f"{REQUIRED}@/a", f"{REQUIRED}@/b"]),
    (member({"required": ["b"]}), {"a": {}}, [f"{REQUIRED}@/a/b"]),
    ({"items": {"required": ["b"]}}, [{"b": 1}, {}], [f"{REQUIRED}@/1/b"]),
    ({"required": ["a/b~c"]}, {}, [f"{REQUIRED}@/a~1b~0c"]),
    # S0-8: type, enum, const
    ({"type": "object"}, [], [f"{TYPE}@"]),
    (member({"type": "integer"}), {"a": "1"}, [f"{TYPE}@/a"]),
    (member({"type": "integer"}), {"a": True}, [f"{TYPE}@/a"]),
    (member({"type": "integer"}), {"a": 1.0}, []),
    (member({"type": "integer"}), {"a": 2**70}, []),
    (member({"type": ["string", "null"]}), {"a": 1}, [f"{TYPE}@/a"]),
    (member({"enum": ["x", "y"]}), {"a": "z"}, [f"{TYPE}@/a"]),
    (member({"const": 1}), {"a": 2}, [f"{TYPE}@/a"]),
    # S0-25: format
    (member({"format": "date-time"}), {"a": "2025-03-04"}, [f"{FORMAT}@/a"]),
    (member({"format": "uuid"}), {"a": "4711"}, [f"{FORMAT}@/a"]),
    (member({"format": "date-time"}), {"a": 7}, []),
    # S0-26: everything else
    (member({"minimum": 0}), {"a": -1}, [f"{MINOR}@/a"]),
    (member({"exclusiveMaximum": 1}), {"a": 1}, [f"{MINOR}@/a"]),
    (member({"multipleOf": 2}), {"a": 3}, [f"{MINOR}@/a"]),
    (member({"minLength": 1}), {"a": ""}, [f"{MINOR}@/a"]),
    (member({"pattern": "^[a-z]+$"}), {"a": "A"}, [f"{MINOR}@/a"]),
    (member({"uniqueItems": True}), {"a": [1, 1.0]}, [f"{MINOR}@/a"]),
    (member({"maxItems": 1}), {"a": [1, 2]}, [f"{MINOR}@/a"]),
    (member({"contains": {"const": 1}}), {"a": [2]}, [f"{MINOR}@/a"]),
    (member({"not": {}}), {"a": 1}, [f"{MINOR}@/a"]),
    ({"properties": {"a": False}}, {"a": 1}, [f"{MINOR}@/a"]),
    ({"minProperties": 1}, {}, [f"{MINOR}@"]),
    ({"additionalProperties": False, "properties": {"a": True}}, {"a": 1, "b": 2, "c": 3}, [f"{MINOR}@"]),
    ({"unevaluatedProperties": False}, {"b": 2}, [f"{MINOR}@"]),
    ({"propertyNames": {"pattern": "^a"}}, {"b": 1, "c": 1}, [f"{MINOR}@"]),
    ({"dependentRequired": {"a": ["b", "c"]}}, {"a": 1}, [f"{MINOR}@"]),
    # schemas inside schemas keep the codes of what is broken
    ({"$ref": "#/$defs/d", "$defs": {"d": {"required": ["a"]}}}, {}, [f"{REQUIRED}@/a"]),
    ({"allOf": [{"required": ["a"]}, {"required": ["a"]}]}, {}, [f"{REQUIRED}@/a"]),
    ({"if": {"required": ["a"]}, "then": {"required": ["b"]}}, {"a": 1}, [f"{REQUIRED}@/b"]),
    ({"dependentSchemas": {"a": {"required": ["b"]}}}, {"a": 1}, [f"{REQUIRED}@/b"]),
    ({"prefixItems": [True, {"type": "null"}], "items": False}, [1, 2], [f"{TYPE}@/1"]),
    # alternatives: one finding, with the code of the branch that fits best
    (member({"anyOf": [{"type": "string"}, {"type": "null"}]}), {"a": 1}, [f"{TYPE}@/a"]),
    (
        member({"anyOf": [{"type": "string", "format": "ipv4"}, {"type": "null"}]}),
        {"a": "x"},
        [f"{FORMAT}@/a"],
    ),
    (member({"anyOf": [{"format": "ipv4"}, {"maxLength": 0}]}), {"a": "x"}, [f"{MINOR}@/a"]),
    (
        member({"anyOf": [{"required": ["b", "c"], "type": "object"}, {"type": "array"}]}),
        {"a": {"x": 1}},
        [f"{TYPE}@/a"],
    ),
    (member({"oneOf": [{"required": ["b"]}, {"required": ["c"]}]}), {"a": {}}, [f"{REQUIRED}@/a"]),
    (member({"oneOf": [{"type": "number"}, {"type": "integer"}]}), {"a": 1}, [f"{MINOR}@/a"]),
]


@pytest.mark.parametrize(("schema", "document", "expected"), TABLE)
def test_what_is_wrong_and_where(find: Find, schema: Json, document: Json, expected: list[str]) -> None:
    """S0-7, S0-8, S0-25, S0-26."""
    assert [f"{finding.code}@{finding.path}" for finding in find(schema, document)] == expected


@pytest.mark.parametrize(
    ("rule", "value", "expected", "actual"),
    [
        ({"type": "integer"}, "secret-4711", "integer", "string(11)"),
        ({"type": ["string", "null"]}, 4711, "null or string", "integer"),
        ({"enum": ["x", "y"]}, ["secret"], "one of 2 values", "array(1)"),
        ({"const": "x"}, {"secret": 1}, "the one value of the schema", "object(1)"),
        ({"maximum": 1}, 4711, "at most 1", "integer"),
        ({"minLength": 3}, "s", "at least 3 characters", "string(1)"),
        ({"format": "date-time"}, "secret", "format date-time", "string(6)"),
        ({"pattern": "^[0-9]{4}$"}, "secret", "text that matches ^[0-9]{4}$", "string(6)"),
        ({"not": {}}, "secret", "another form", "string(6)"),
        ({"additionalProperties": False}, {"secret": 1}, "no other members", "object(1)"),
        ({"propertyNames": {"maxLength": 1}}, {"secret": 1}, "other member names", "object(1)"),
        ({"contains": {"const": 1}}, ["secret"], "certain elements", "array(1)"),
    ],
)
def test_expectations_come_from_the_schema_and_values_are_masked(
    find: Find, rule: dict[str, Json], value: Json, expected: str, actual: str
) -> None:
    """Promise 4."""
    (finding,) = find(member(rule), {"a": value})
    assert (finding.expected, finding.actual_masked, finding.rule) == (expected, actual, "schema")
    assert "secret" not in repr(finding)


def test_a_missing_member_is_expected_to_be_present(find: Find) -> None:
    (finding,) = find({"required": ["a"]}, {})
    assert (finding.keyword, finding.expected, finding.actual_masked) == ("required", "present", "missing")


@pytest.mark.parametrize("key", ["jane.doe@example.org", "4711", "007", "+7", "0", "a/b", "~", "ключ"])
def test_a_member_name_that_the_schema_does_not_know_is_never_shown(find: Find, key: str) -> None:
    """Promise 4: a name can be personal data as well as a value; digits are a name, not an index."""
    schema: Json = {"additionalProperties": {"additionalProperties": {"items": {"type": "null"}}}}
    (finding,) = find(schema, {key: {key: [None, 1]}})
    assert finding.path == "/*/*/1"
    assert finding.actual_masked == "integer"


@pytest.mark.parametrize(
    "document",
    [
        {"": 1},
        {"": {"": 1}},
        {"": {"a": 1}},
        {"": {"a": {"b": 1}}, "a": 5},
        {"a": {"": [1]}},
        {"": [{"": "x"}]},
    ],
)
def test_an_empty_member_name_never_hides_that_something_is_wrong(find: Find, document: Json) -> None:
    """The validator leaves empty names out of its paths: the place may be the parent's, the code is right."""
    findings = find({"$ref": "#/$defs/1", "$defs": LEVELS}, document)
    assert findings
    assert {finding.code for finding in findings} == {TYPE}


def test_a_declared_name_of_digits_is_shown(find: Find) -> None:
    (finding,) = find({"properties": {"007": {"type": "null"}}}, {"007": 1})
    assert finding.path == "/007"


def test_findings_that_look_the_same_are_one(find: Find) -> None:
    schema: Json = {"additionalProperties": {"type": "string"}}
    assert len(find(schema, {"x": 1, "y": 2, "z": 3})) == 1


def test_findings_are_in_order_of_path_then_code(find: Find) -> None:
    schema: Json = {
        "required": ["c"],
        "properties": {"a": {"minimum": 1, "enum": [1]}, "b": {"type": "null"}},
    }
    findings = find(schema, {"b": 1, "a": 0})
    assert [(finding.path, finding.code) for finding in findings] == [
        ("/a", MINOR),
        ("/a", TYPE),
        ("/b", TYPE),
        ("/c", REQUIRED),
    ]


def test_the_subject_any_has_no_schema_to_break(shipped: Bundle) -> None:
    bundle = Bundle("0" * 64, shipped.limits, {"any": any_subject()}, {})
    assert SchemaDetector(bundle).detect(Trace([1], b"[1]", "any", "none", "none", 0, 0)) == ()


def test_a_subject_or_version_that_select_cannot_have_chosen_is_a_bug_of_ours(shipped: Bundle) -> None:
    detector = SchemaDetector(shipped)
    for subject, version in (("ghost", "1.0.0"), ("workflow_trace", "9.9.9")):
        with pytest.raises(KeyError):
            detector.detect(Trace({}, b"{}", subject, version, "none", 0, 0))
