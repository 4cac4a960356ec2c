"""Any bytes under any safe schema: what the guard passes, the C decoder reads, and to what was written."""

from io import BytesIO
from struct import pack
from typing import Any

from fastavro import schemaless_writer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.pipeline.core.document import Json
from assay.pipeline.core.issue import Finding
from assay.pipeline.decode import AvroRegistry, Decoded, decode
from assay.pipeline.policy.avro_check import check_avro_schema
from assay.pipeline.policy.bundle import AvroSchema, Bundle, Limits, Pointers, Subject

patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no fault of the code."""

HEADER = b"\x00\x00\x00\x00\x07"


def registry_of(schema: Json) -> AvroRegistry:
    avro = (AvroSchema(7, "1.0.0", schema),)
    subject = Subject("thing", frozenset(), "1.0.0", {}, frozenset(), Pointers(), avro)
    return AvroRegistry(Bundle("0" * 64, Limits(), {"thing": subject}, {}))


LEAVES: dict[str, st.SearchStrategy[Any]] = {
    "boolean": st.booleans(),
    "int": st.integers(-(2**31), 2**31 - 1),
    "long": st.integers(-(2**63), 2**63 - 1),
    "float": st.floats(width=32, allow_nan=False, allow_infinity=False),
    "double": st.floats(allow_nan=False, allow_infinity=False),
    "string": st.text(max_size=5),
}


@st.composite
def typed(draw: st.DrawFn, nesting: int = 3) -> tuple[Json, st.SearchStrategy[Any]]:
    """A schema, and what produces data for it. Unions are of null and one other, so that the writer is not in doubt."""
    kinds = [*LEAVES, "enum", *(["array", "map", "record", "union"] if nesting else [])]
    match draw(st.sampled_from(kinds)):
        case "enum":
            symbols = ["A", "B", "C"]
            return {
                "type": "enum",
                "name": f"e{draw(st.uuids()).hex}",
                "symbols": list(symbols),
            }, st.sampled_from(symbols)
        case "array":
            items, data = draw(typed(nesting - 1))
            return {"type": "array", "items": items}, st.lists(data, max_size=3)
        case "map":
            values, data = draw(typed(nesting - 1))
            return {"type": "map", "values": values}, st.dictionaries(st.text(max_size=3), data, max_size=3)
        case "union":
            branch, data = draw(typed(nesting - 1).filter(lambda pair: not isinstance(pair[0], list)))
            return ["null", branch], st.none() | data
        case "record":
            parts = draw(st.lists(typed(nesting - 1), min_size=1, max_size=3))
            fields: list[Json] = [{"name": f"f{n}", "type": kind} for n, (kind, _) in enumerate(parts)]
            each = {f"f{n}": data for n, (_, data) in enumerate(parts)}
            return {
                "type": "record",
                "name": f"r{draw(st.uuids()).hex}",
                "fields": fields,
            }, st.fixed_dictionaries(each)
        case leaf:
            return leaf, LEAVES[leaf]


@patient
@given(typed(), st.data())
def test_what_a_producer_writes_comes_out(
    pair: tuple[Json, st.SearchStrategy[Any]], data: st.DataObject
) -> None:
    schema, values = pair
    datum = data.draw(values)
    out = BytesIO()
    schemaless_writer(out, schema, datum)

    assert check_avro_schema(schema) == []
    assert decode(HEADER + out.getvalue(), Limits(), registry_of(schema)) == Decoded(datum, "thing", "1.0.0")


@patient
@given(typed(), st.data())
def test_damaged_bytes_are_refused_or_read_but_never_raise(
    pair: tuple[Json, st.SearchStrategy[Any]], data: st.DataObject
) -> None:
    schema, values = pair
    out = BytesIO()
    schemaless_writer(out, schema, data.draw(values))
    value = out.getvalue()
    start = data.draw(st.integers(0, len(value)))
    stop = min(len(value), start + data.draw(st.integers(0, 3)))
    pieces = [
        b"",
        b"\x01",
        b"\xff" * 10,
        b"\x80" * 9 + b"\x01",
        b"\xfe\xff\xff\xff\x0f",
        pack("<d", float("inf")),
    ]
    piece = data.draw(st.sampled_from(pieces) | st.binary(max_size=3))

    result = decode(HEADER + value[:start] + piece + value[stop:], Limits(), registry_of(schema))

    assert isinstance(result, Decoded | Finding)


@patient
@given(typed(), st.binary(max_size=30))
def test_random_bytes_are_refused_or_read_but_never_raise(
    pair: tuple[Json, st.SearchStrategy[Any]], datum: bytes
) -> None:
    assert isinstance(decode(HEADER + datum, Limits(), registry_of(pair[0])), Decoded | Finding)


@patient
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=4),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "type",
                        "name",
                        "fields",
                        "items",
                        "values",
                        "symbols",
                        "size",
                        "namespace",
                        "aliases",
                        "default",
                        "logicalType",
                    ]
                ),
                inner | st.sampled_from(["record", "array", "map", "enum", "fixed", "string", "null"]),
            )
        ),
        max_leaves=20,
    )
)
def test_any_document_as_a_schema_is_checked_without_raising_and_what_passes_can_be_used(
    document: Json,
) -> None:
    if check_avro_schema(document) == []:
        registry_of(document)
