"""References in schemas: inside the file, in no circle, and not without end (RELIABILITY, hostile input)."""

import pytest

from assay.pipeline.core.document import Json
from assay.pipeline.policy.references import reference_problems
from assay.pipeline.policy.subschemas import all_subschemas, declared_names

TEXT: Json = {"type": "string"}


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"a": {"$ref": "#/$defs/text"}}, "$defs": {"text": TEXT}},
        {"properties": {"a": {"$ref": "#/$defs/a~1b%20c"}}, "$defs": {"a/b c": TEXT}},
        {"properties": {"a": {"$ref": "#/properties/b"}, "b": TEXT}},
        {"properties": {"$ref": TEXT, "$id": TEXT, "$anchor": TEXT}},
        {"const": {"$ref": "http://example.org/"}, "default": {"$ref": 7}},
        {"items": {"$ref": "#/$defs/yes"}, "$defs": {"yes": True}},
        True,
    ],
)
def test_references_inside_the_file_are_fine(schema: Json) -> None:
    assert reference_problems(schema) == []


@pytest.mark.parametrize(
    ("schema", "place"),
    [
        ({"items": {"$ref": "https://example.org/a"}}, "/items/$ref"),
        ({"items": {"$ref": "other.json#/$defs/a"}}, "/items/$ref"),
        ({"items": {"$ref": "#anchor"}}, "/items/$ref"),
        ({"items": {"$ref": 7}}, "/items/$ref"),
        ({"$defs": {"unused": {"$ref": "file:///a"}}}, "/$defs/unused/$ref"),
        ({"items": {"$ref": "#/x-elsewhere"}, "x-elsewhere": TEXT}, "/items/$ref"),
        ({"items": {"$ref": "#/required/0"}, "required": ["a"]}, "/items/$ref"),
        ({"allOf": [True, {"$dynamicRef": "#a"}]}, "/allOf/1/$dynamicRef"),
        ({"properties": {"a": {"$id": "assay:a"}}}, "/properties/a/$id"),
    ],
)
def test_a_reference_that_leads_elsewhere_is_named(schema: Json, place: str) -> None:
    (problem,) = reference_problems(schema)
    assert problem.startswith(f"{place}: ")


def test_a_circle_is_refused_however_long() -> None:
    for length in (1, 2, 5):
        defs: dict[str, Json] = {
            str(i): {"properties": {"next": {"$ref": f"#/$defs/{(i + 1) % length}"}}} for i in range(length)
        }
        (problem,) = reference_problems({"$ref": "#/$defs/0", "$defs": defs})
        assert "itself" in problem


def test_a_fan_out_is_refused_before_it_costs_anything() -> None:
    """Two references a level over 24 levels are 2^24 schemas to a validator."""
    defs: dict[str, Json] = {
        str(i): {"allOf": [{"$ref": f"#/$defs/{i + 1}"}, {"$ref": f"#/$defs/{i + 1}"}]} for i in range(24)
    }
    (problem,) = reference_problems({"$ref": "#/$defs/0", "$defs": {**defs, "24": TEXT}})
    assert "expand to" in problem


def test_every_schema_in_a_schema_is_visited_once_with_its_pointer() -> None:
    schema: Json = {
        "properties": {"a/b": {"items": {"anyOf": [TEXT, {"not": TEXT}]}}},
        "$defs": {"d": {"if": True}},
        "enum": [{"items": TEXT}],
    }
    assert [pointer for pointer, _ in all_subschemas(schema)] == [
        "",
        "/properties/a~1b",
        "/properties/a~1b/items",
        "/properties/a~1b/items/anyOf/0",
        "/properties/a~1b/items/anyOf/1",
        "/properties/a~1b/items/anyOf/1/not",
        "/$defs/d",
        "/$defs/d/if",
    ]


def test_only_names_that_the_schema_writes_down_count_as_declared() -> None:
    schema: Json = {
        "required": ["a"],
        "properties": {"b": {"properties": {"c": True}}},
        "patternProperties": {"^d": {"required": ["e"]}},
        "enum": ["f", {"properties": {"g": True}}],
    }
    assert declared_names(schema) == {"a", "b", "c", "e"}
