"""Avro schemas that would let a few bytes end or hang a worker are refused when a bundle is loaded."""

import pytest

from assay.pipeline.core.document import Json
from assay.pipeline.policy.avro_check import MAX_NESTING, check_avro_schema


def record(*fields: tuple[str, Json], name: str = "r", namespace: str = "x.y") -> dict[str, Json]:
    return {
        "type": "record",
        "name": name,
        "namespace": namespace,
        "fields": [{"name": field, "type": kind} for field, kind in fields],
    }


def array(items: Json) -> Json:
    return {"type": "array", "items": items}


def map_of(values: Json) -> Json:
    return {"type": "map", "values": values}


def nested(levels: int) -> Json:
    schema: Json = "int"
    for _ in range(levels):
        schema = array(schema)
    return schema


FIXED: Json = {"type": "fixed", "name": "f", "size": 4}
ENUM: Json = {"type": "enum", "name": "e", "symbols": ["A"]}
NOTHING = record(name="nothing")

SAFE: dict[str, Json] = {
    "a primitive": "string",
    "a primitive with attributes": {"type": "long", "logicalType": "timestamp-millis"},
    "every kind of field": record(
        ("a", "null"),
        ("b", ["null", "int"]),
        ("c", array("double")),
        ("d", map_of("bytes")),
        ("e", FIXED),
        ("f", ENUM),
    ),
    "a record without fields, not repeated": record(("a", NOTHING)),
    "a fixed of no bytes, not repeated": {"type": "fixed", "name": "f", "size": 0},
    "a named type used again": record(("a", FIXED), ("b", "f"), ("c", array("x.y.f"))),
    "the same short name in two namespaces": record(
        ("a", record(("z", "int"), name="s", namespace="p")),
        ("b", record(("z", "int"), name="s", namespace="q")),
    ),
    "a type in no namespace": record(("a", record(("z", "int"), name="s", namespace="")), ("b", "int")),
    "items that have a byte though some of their fields have none": array(
        record(("a", "null"), ("b", "boolean"))
    ),
    "items whose first field has a byte and whose last has none": array(
        record(("a", "boolean"), ("b", "null"))
    ),
    "items that are null or something": array(["null", "string"]),
    "types nested to the limit": nested(MAX_NESTING),
}

UNSAFE: dict[str, tuple[Json, str]] = {
    "a record that contains itself": (record(("next", "r")), "/next: type x.y.r contains itself"),
    "a list of itself": (record(("next", ["null", "r"])), "/next/1: type x.y.r contains itself"),
    "a tree": (record(("all", array("r"))), "/all/items: type x.y.r contains itself"),
    "a map of itself": (record(("all", map_of("x.y.r"))), "/all/values: type x.y.r contains itself"),
    "two records that contain each other": (
        record(("b", record(("a", ["null", "r"]), name="s"))),
        "/b/a/1: type x.y.r contains itself",
    ),
    "an array of null": (array("null"), "/items: items that can have no bytes"),
    "an array of records without fields": (array(NOTHING), "/items: items that can have no bytes"),
    "an array of records of nulls": (array(record(("a", "null"))), "/items: items that can have no bytes"),
    "an array of records of such records": (
        array(record(("a", NOTHING))),
        "/items: items that can have no bytes",
    ),
    "an array of fixed of no bytes": (
        array({"type": "fixed", "name": "f", "size": 0}),
        "/items: items that can have no bytes",
    ),
    "an array of a named fixed of no bytes": (
        record(("a", {"type": "fixed", "name": "f", "size": 0}), ("b", array("f"))),
        "/b/items: items that can have no bytes",
    ),
    "an array of a named type of no bytes": (
        record(("a", NOTHING), ("b", array("nothing"))),
        "/b/items: items that can have no bytes",
    ),
    "a map of null": (map_of("null"), "/values: items that can have no bytes"),
    "an unknown type": ("text", "(root): type text is not known here"),
    "a type of another namespace, by its short name": (
        record(("a", record(name="s", namespace="p")), ("b", "s")),
        "/b: type x.y.s is not known here",
    ),
    "a type used before it is defined": (
        record(("a", "f"), ("b", FIXED)),
        "/a: type x.y.f is not known here",
    ),
    "an unknown complex type": ({"type": "list", "items": "int"}, "(root): neither"),
    "a type that is no type": ({"type": 5}, "(root): neither"),
    "a number": (5, "(root): no type at all"),
    "nothing": (None, "(root): no type at all"),
    "an array without items": ({"type": "array"}, "/items: no type at all"),
    "an empty union": ([], "(root): a union needs a branch"),
    "a union in a union": (["null", ["int"]], "/1: a union directly inside a union"),
    "a record without fields": ({"type": "record", "name": "r"}, "(root): a record needs a list of fields"),
    "a record without a name": ({"type": "record", "fields": []}, "(root): the type needs a name"),
    "a record whose name is none": (
        {"type": "record", "name": "1 r", "fields": []},
        "(root): the type needs a name",
    ),
    "a namespace that is none": (record(namespace="a b"), "(root): the type needs a name"),
    "a record named like a primitive": (
        record(name="string", namespace=""),
        "(root): the name string is taken",
    ),
    "two types of one name": (record(("a", FIXED), ("b", FIXED)), "/b: the name x.y.f is taken"),
    "a field without a type": (
        {"type": "record", "name": "r", "fields": [{"name": "a"}]},
        "/fields[0]: a field needs a name and a type",
    ),
    "a field whose name is none": (record(("a/b", "int")), "/fields[0]: a field needs a name and a type"),
    "a field that is none": ({"type": "record", "name": "r", "fields": [5]}, "/fields[0]: a field needs"),
    "a field twice": (record(("a", "int"), ("a", "int")), "/a: the record has this field twice"),
    "an enum without symbols": ({"type": "enum", "name": "e", "symbols": []}, "(root): an enum needs"),
    "an enum with a symbol twice": (
        {"type": "enum", "name": "e", "symbols": ["A", "A"]},
        "(root): an enum needs",
    ),
    "an enum with a number": ({"type": "enum", "name": "e", "symbols": ["A", 1]}, "(root): an enum needs"),
    "a fixed without a size": ({"type": "fixed", "name": "f"}, "(root): a fixed type needs a size"),
    "a fixed of negative size": (
        {"type": "fixed", "name": "f", "size": -1},
        "(root): a fixed type needs a size",
    ),
    "a fixed of true bytes": (
        {"type": "fixed", "name": "f", "size": True},
        "(root): a fixed type needs a size",
    ),
    "types nested past the limit": (nested(MAX_NESTING + 1), f"types are nested deeper than {MAX_NESTING}"),
    "types nested a hundred thousand deep": (nested(100_000), f"types are nested deeper than {MAX_NESTING}"),
}


@pytest.mark.parametrize("schema", SAFE.values(), ids=SAFE)
def test_a_safe_schema_has_no_reason_against_it(schema: Json) -> None:
    assert check_avro_schema(schema) == []


@pytest.mark.parametrize(("schema", "reason"), UNSAFE.values(), ids=UNSAFE)
def test_an_unsafe_schema_is_refused_with_the_one_reason_and_its_place(schema: Json, reason: str) -> None:
    reasons = check_avro_schema(schema)

    assert len(reasons) == 1
    assert reason in reasons[0]


def test_all_reasons_are_told_at_once() -> None:
    reasons = check_avro_schema(record(("a", "text"), ("b", array("null")), ("c", ["null", "r"])))

    assert [reason.partition(":")[0] for reason in reasons] == ["/a", "/b/items", "/c/1"]


def test_what_only_fastavro_objects_to_is_a_reason_too() -> None:
    enum: Json = {"type": "enum", "name": "e", "symbols": ["no symbol"]}

    assert check_avro_schema(enum) == ["(whole schema): fastavro refuses it (SchemaParseException)"]


def test_types_that_grow_by_doubling_are_checked_in_no_time() -> None:
    """Thirty records, each twice in the next: 2^30 values, thirty definitions."""
    fields: list[tuple[str, Json]] = [("first", record(("z", "int"), name="s0"))]
    fields += [(f"f{n}", record(("a", f"s{n - 1}"), ("b", f"s{n - 1}"), name=f"s{n}")) for n in range(1, 30)]

    assert check_avro_schema(record(*fields)) == []
