"""Honest Avro values become the JSON documents that the detectors know."""

from base64 import b64decode
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from fastavro import schemaless_writer

from assay.pipeline.core.document import Json
from assay.pipeline.decode import AvroRegistry, Decoded
from assay.pipeline.decode.avro_frame import decode_avro
from assay.pipeline.policy.bundle import Bundle, Limits


def framed(schema: Json, datum: object, schema_id: int = 7) -> bytes:
    out = BytesIO()
    schemaless_writer(out, schema, datum)
    return b"\x00" + schema_id.to_bytes(4, "big") + out.getvalue()


def decoded(avro_bundle: Callable[..., Bundle], schema: Json, datum: object) -> Any:
    result = decode_avro(framed(schema, datum), AvroRegistry(avro_bundle(schema)), Limits())
    assert isinstance(result, Decoded)
    return result.document


def record(**fields: Json) -> Json:
    return {
        "type": "record",
        "name": "r",
        "namespace": "x.y",
        "fields": [{"name": name, "type": kind} for name, kind in fields.items()],
    }


@pytest.mark.parametrize(
    ("schema", "datum"),
    [
        ("null", None),
        ("boolean", True),
        ("int", -(2**31)),
        ("long", 2**63 - 1),
        ("float", 0.5),
        ("double", 1.7976931348623157e308),
        ("string", "é😀\x00"),
        (["null", "string"], None),
        (["null", "string"], "a"),
        ({"type": "enum", "name": "e", "symbols": ["A", "B"]}, "B"),
        ({"type": "array", "items": "long"}, []),
        ({"type": "array", "items": ["null", "long"]}, [1, None, 3]),
        ({"type": "map", "values": "string"}, {"a": "b", "": "c"}),
        (record(a="int", b=["null", "string"]), {"a": 1, "b": None}),
        (record(), {}),
    ],
)
def test_a_value_comes_out_as_the_producer_wrote_it(
    avro_bundle: Callable[..., Bundle], schema: Json, datum: Json
) -> None:
    assert decoded(avro_bundle, schema, datum) == datum


def test_the_schema_id_names_subject_and_version(avro_bundle: Callable[..., Bundle]) -> None:
    registry = AvroRegistry(avro_bundle("string", "long", first_id=2**32 - 2))

    assert decode_avro(framed("string", "a", 2**32 - 2), registry, Limits()) == Decoded("a", "thing", "1.0.0")
    assert decode_avro(framed("long", 5, 2**32 - 1), registry, Limits()) == Decoded(5, "thing", "1.0.0")


def test_binary_becomes_base64_wherever_it_stands(avro_bundle: Callable[..., Bundle]) -> None:
    schema = record(
        whole="bytes",
        fixed={"type": "fixed", "name": "f", "size": 2},
        several={"type": "array", "items": {"type": "map", "values": ["null", "bytes"]}},
        again="f",
    )
    datum = {"whole": b"\xff\xfe", "fixed": b"ab", "several": [{"k": b"\x00", "n": None}], "again": b"cd"}

    assert decoded(avro_bundle, schema, datum) == {
        "whole": "//4=",
        "fixed": "YWI=",
        "several": [{"k": "AA==", "n": None}],
        "again": "Y2Q=",
    }
    assert b64decode(decoded(avro_bundle, "bytes", b"alone")) == b"alone"


def test_logical_types_stay_what_they_are_written_as(avro_bundle: Callable[..., Bundle]) -> None:
    written = record(at="long", on="int", id="string", amount="bytes")
    annotated = record(
        at={"type": "long", "logicalType": "timestamp-millis"},
        on={"type": "int", "logicalType": "date"},
        id={"type": "string", "logicalType": "uuid"},
        amount={"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": 2},
    )
    datum = {"at": 1_700_000_000_000, "on": 19_000, "id": "no uuid", "amount": b"\x01"}

    result = decode_avro(framed(written, datum), AvroRegistry(avro_bundle(annotated)), Limits())

    assert isinstance(result, Decoded)
    assert result.document == {**datum, "amount": "AQ=="}


@pytest.mark.parametrize(
    "blocks",
    [
        b"\x06\x02\x04\x06\x00",  # one block of three
        b"\x02\x02\x04\x04\x06\x00",  # a block of one, a block of two
        b"\x05\x06\x02\x04\x06\x00",  # a block of -3, of three bytes
        b"\x01\x02\x02\x04\x04\x06\x00",  # a block of -1 with its size, a block of two
    ],
)
def test_arrays_may_be_written_in_blocks_with_and_without_sizes(
    avro_bundle: Callable[..., Bundle], blocks: bytes
) -> None:
    registry = AvroRegistry(avro_bundle({"type": "array", "items": "int"}))

    result = decode_avro(b"\x00\x00\x00\x00\x07" + blocks, registry, Limits())

    assert isinstance(result, Decoded)
    assert result.document == [1, 2, 3]


def test_a_named_type_may_be_used_again_under_its_full_name(avro_bundle: Callable[..., Bundle]) -> None:
    place: Json = {"type": "record", "name": "place", "fields": [{"name": "name", "type": "string"}]}
    schema = record(origin=place, target="place", others={"type": "array", "items": "x.y.place"})
    datum = {"origin": {"name": "a"}, "target": {"name": "b"}, "others": [{"name": "c"}]}

    assert decoded(avro_bundle, schema, datum) == datum
