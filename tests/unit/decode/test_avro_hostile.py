"""Avro bytes that end, hang or fool the C decoder are refused before it sees them."""

from collections.abc import Callable
from struct import pack

import pytest

from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.document import Json
from assay.pipeline.core.errors import ConfigError
from assay.pipeline.core.issue import Finding
from assay.pipeline.decode import AvroRegistry
from assay.pipeline.decode import avro_frame as frame_module
from assay.pipeline.decode.avro_frame import decode_avro
from assay.pipeline.decode.avro_guard import build_guard
from assay.pipeline.policy.bundle import Bundle, Limits

HEADER = b"\x00\x00\x00\x00\x07"
AVRO = IssueCode.CORRUPT_AVRO

TWO: Json = {
    "type": "record",
    "name": "two",
    "fields": [{"name": "a", "type": "string"}, {"name": "b", "type": "int"}],
}
ENUM: Json = {"type": "enum", "name": "e", "symbols": ["A", "B"]}
LIST: Json = {"type": "record", "name": "n", "fields": [{"name": "next", "type": ["null", "n"]}]}
TREE: Json = {
    "type": "record",
    "name": "t",
    "fields": [{"name": "all", "type": {"type": "array", "items": "t"}}],
}
ENDLESS: Json = {"type": "record", "name": "r", "fields": [{"name": "self", "type": "r"}]}


def ints(items: Json = "int") -> Json:
    return {"type": "array", "items": items}


def texts() -> Json:
    return {"type": "map", "values": "string"}


def long(number: int) -> bytes:
    """A zigzag varint."""
    rest = (number << 1) ^ (number >> 63)
    out = bytearray()
    while rest > 0x7F:
        out.append(rest & 0x7F | 0x80)
        rest >>= 7
    return bytes([*out, rest])


HOSTILE: list[tuple[str, Json, bytes, IssueCode]] = [
    # lengths
    ("a string of 2^31 bytes", "string", long(2**31) + b"a", AVRO),
    ("a string of 2^63-1 bytes", "string", long(2**63 - 1) + b"a", AVRO),
    ("a string one byte longer than the value", "string", long(2) + b"a", AVRO),
    ("a string of -1 bytes", "string", long(-1), AVRO),
    ("a string of -2^63 bytes", "string", long(-(2**63)), AVRO),
    ("a string of -1 bytes that would be read twice", TWO, long(-1), AVRO),
    ("bytes of -1 bytes", "bytes", long(-1) + b"a", AVRO),
    ("bytes of 2^31 bytes", "bytes", long(2**31), AVRO),
    ("a fixed that is cut off", {"type": "fixed", "name": "f", "size": 4}, b"abc", AVRO),
    # indexes
    ("enum index -1", ENUM, long(-1), AVRO),
    ("enum index past the last", ENUM, long(2), AVRO),
    ("union index -1", ["null", "string"], long(-1), AVRO),
    ("union index past the last", ["null", "string"], long(2), AVRO),
    # arrays and maps
    ("2^31 items in no bytes", ints(), long(2**31), AVRO),
    ("2^63-1 items", ints(), long(2**63 - 1) + b"\x02", AVRO),
    ("-2^63 items", ints(), long(-(2**63)) + long(1) + b"\x02\x00", AVRO),
    ("more items than the block has", ints(), long(3) + b"\x02\x02", AVRO),
    ("a block size past the end", ints(), long(-1) + long(100) + b"\x02\x00", AVRO),
    ("a block size that is negative", ints(), long(-1) + long(-1) + b"\x02\x00", AVRO),
    ("a block size that is too small", ints(), long(-2) + long(1) + b"\x02\x02\x00", AVRO),
    ("a block size that is too large", ints(), long(-1) + long(2) + b"\x02\x00", AVRO),
    ("an array that does not end", ints(), long(1) + b"\x02", AVRO),
    ("a map that does not end", texts(), long(1) + b"\x02a\x02b", AVRO),
    ("2^31 entries in a map", texts(), long(2**31), AVRO),
    (
        "a map with a key twice",
        texts(),
        long(2) + b"\x02a\x02b\x02a\x02c\x00",
        IssueCode.CORRUPT_DUPLICATE_KEY,
    ),
    (
        "a key twice in two blocks",
        texts(),
        (long(1) + b"\x02a\x02b") * 2 + b"\x00",
        IssueCode.CORRUPT_DUPLICATE_KEY,
    ),
    # numbers
    ("a varint without end", "long", b"\xff" * 11, AVRO),
    ("a varint of 11 bytes", "long", b"\x80" * 10 + b"\x01", AVRO),
    ("a long past 64 bits", "long", b"\xff" * 9 + b"\x02", AVRO),
    ("an int past 32 bits", "int", long(2**31), AVRO),
    ("a varint that is cut off", "long", b"\x80", AVRO),
    ("a number that is missing", "long", b"", AVRO),
    ("a float that is cut off", "float", b"\x00\x00\x00", AVRO),
    ("a double that is cut off", "double", b"\x00" * 7, AVRO),
    ("a float that is NaN", "float", pack("<f", float("nan")), IssueCode.CORRUPT_NUMBER_RANGE),
    ("a double that is infinite", "double", pack("<d", float("-inf")), IssueCode.CORRUPT_NUMBER_RANGE),
    ("a boolean that is 2", "boolean", b"\x02", AVRO),
    ("a boolean that is missing", "boolean", b"", AVRO),
    # text
    ("invalid UTF-8 in a string", "string", b"\x02\xff", IssueCode.CORRUPT_ENCODING),
    ("a surrogate in a string", "string", b"\x06\xed\xa0\x80", IssueCode.CORRUPT_ENCODING),
    ("invalid UTF-8 in a map key", texts(), long(1) + b"\x02\xff\x00\x00", IssueCode.CORRUPT_ENCODING),
    # the end
    ("a byte after the datum", "string", b"\x02ab", AVRO),
    ("a second datum", ENUM, b"\x00\x00", AVRO),
    ("bytes after a datum of no bytes", "null", b"\x00", AVRO),
]


@pytest.fixture
def no_decoder(monkeypatch: pytest.MonkeyPatch) -> None:
    """The C decoder must not be reached."""

    def reached(*_: object) -> None:
        raise AssertionError("hostile bytes reached fastavro")

    monkeypatch.setattr(frame_module, "schemaless_reader", reached)


@pytest.mark.usefixtures("no_decoder")
@pytest.mark.parametrize(
    ("schema", "datum", "code"),
    [pytest.param(schema, datum, code, id=name) for name, schema, datum, code in HOSTILE],
)
def test_hostile_bytes_are_refused_before_they_are_decoded(
    avro_bundle: Callable[..., Bundle], schema: Json, datum: bytes, code: IssueCode
) -> None:
    """S0-13, S0-14"""
    finding = decode_avro(HEADER + datum, AvroRegistry(avro_bundle(schema)), Limits())

    assert isinstance(finding, Finding)
    assert finding.code is code


@pytest.mark.usefixtures("no_decoder")
@pytest.mark.parametrize(
    "value", [b"\x00", b"\x00\x00\x00\x07", b"\x00\x00\x00\x00\x08\x02a", b"\x00\xff\xff\xff\xff\x02a"]
)
def test_a_frame_that_is_cut_off_or_names_an_unknown_schema_is_refused(
    avro_bundle: Callable[..., Bundle], value: bytes
) -> None:
    finding = decode_avro(value, AvroRegistry(avro_bundle("string")), Limits())

    assert isinstance(finding, Finding)
    assert finding.code is AVRO


@pytest.mark.parametrize("schema", [LIST, TREE, ENDLESS, ints("null"), ints(["null", "x"])])
def test_a_schema_that_is_not_safe_does_not_become_a_registry(
    avro_bundle: Callable[..., Bundle], schema: Json
) -> None:
    with pytest.raises(ConfigError):
        AvroRegistry(avro_bundle(schema))


def test_two_schemas_under_one_id_do_not_become_a_registry(avro_bundle: Callable[..., Bundle]) -> None:
    bundle = avro_bundle("string")
    thing = bundle.subjects["thing"]
    twice = Bundle(bundle.bundle_id, bundle.limits, {"thing": thing, "other": thing}, {})

    with pytest.raises(ConfigError, match="another schema has this id"):
        AvroRegistry(twice)


@pytest.mark.parametrize("max_depth", [64, 5_000])
@pytest.mark.parametrize(
    ("schema", "datum"),
    [(LIST, b"\x02" * 5_000), (TREE, b"\x02" * 5_000), (ENDLESS, b""), (LIST, b"\x02" * 1_000_000)],
)
def test_recursive_data_would_stop_at_the_depth_limit_even_if_its_schema_got_through(
    schema: Json, datum: bytes, max_depth: int
) -> None:
    """5 KB of this end a process that decodes it with fastavro: not done here."""
    finding = walk(schema, datum, Limits(max_depth=max_depth))

    assert finding is not None
    assert finding.code is IssueCode.CORRUPT_DEPTH


def test_items_of_no_bytes_would_be_bounded_by_the_bytes_even_if_their_schema_got_through() -> None:
    finding = walk(ints("null"), long(2**31) + b"\x00")

    assert finding is not None
    assert finding.code is AVRO


def test_few_bytes_do_not_become_more_values_than_json_of_the_largest_size_could_hold() -> None:
    """A record of nulls and one boolean has one byte and a thousand values."""
    fields: list[Json] = [{"name": f"n{n}", "type": "null"} for n in range(999)]
    wide: Json = {"type": "record", "name": "w", "fields": [*fields, {"name": "b", "type": "boolean"}]}
    limits = Limits(max_value_bytes=20_000)

    assert walk(ints(wide), long(9) + b"\x00" * 10, limits) is None
    finding = walk(ints(wide), long(10) + b"\x00" * 11, limits)
    assert finding is not None
    assert finding.code is IssueCode.CORRUPT_TOO_LARGE


def test_the_depth_limit_counts_records_arrays_and_maps(avro_bundle: Callable[..., Bundle]) -> None:
    nested = ints(
        {"type": "map", "values": {"type": "record", "name": "r", "fields": [{"name": "a", "type": "int"}]}}
    )
    registry = AvroRegistry(avro_bundle(nested))
    value = HEADER + long(1) + long(1) + b"\x02k\x02" + b"\x00\x00"

    assert not isinstance(decode_avro(value, registry, Limits(max_depth=3)), Finding)
    finding = decode_avro(value, registry, Limits(max_depth=2))
    assert isinstance(finding, Finding)
    assert finding.code is IssueCode.CORRUPT_DEPTH


def walk(schema: Json, datum: bytes, limits: Limits | None = None) -> Finding | None:
    """The guard alone, with a schema that no registry would take."""
    return build_guard(schema)(datum, 0, limits or Limits())
