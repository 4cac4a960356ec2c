"""A record's value becomes a document or one finding, whatever the producer sent (D-15)."""

from collections.abc import Callable

import pytest

from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.document import Json
from assay.pipeline.core.issue import Finding
from assay.pipeline.decode import AvroRegistry, Decoded, decode
from assay.pipeline.policy.bundle import Bundle, Limits

CANARY = "canary-4929"


@pytest.fixture
def registry(avro_bundle: Callable[..., Bundle]) -> AvroRegistry:
    return AvroRegistry(avro_bundle("string"))


def code_of(result: Decoded | Finding) -> IssueCode:
    assert isinstance(result, Finding)
    return result.code


@pytest.mark.parametrize("value", [None, b""])
def test_a_tombstone_and_an_empty_value_are_empty(registry: AvroRegistry, value: bytes | None) -> None:
    """S0-13"""
    assert code_of(decode(value, Limits(), registry)) is IssueCode.CORRUPT_EMPTY


def test_a_value_as_large_as_the_limit_is_read_and_one_byte_more_is_not(registry: AvroRegistry) -> None:
    limits = Limits(max_value_bytes=8)

    assert decode(b'"123456"', limits, registry) == Decoded("123456", None, None)
    too_large = decode(b'"1234567"', limits, registry)
    assert too_large == Finding(
        IssueCode.CORRUPT_TOO_LARGE, expected="at most 8 bytes", actual_masked="9 bytes"
    )


@pytest.mark.parametrize("start", [b"\x00", b"[", b"\xff", b"\xef\xbb\xbf"])
def test_size_is_asked_before_anything_is_parsed(registry: AvroRegistry, start: bytes) -> None:
    value = start + b"[" * 100

    assert code_of(decode(value, Limits(max_value_bytes=100), registry)) is IssueCode.CORRUPT_TOO_LARGE


def test_the_first_byte_decides_between_avro_and_json(registry: AvroRegistry) -> None:
    assert decode(b"\x00\x00\x00\x00\x07\x02a", Limits(), registry) == Decoded("a", "thing", "1.0.0")
    assert decode(b'"a"', Limits(), registry) == Decoded("a", None, None)


@pytest.mark.parametrize(
    ("value", "document"),
    [(b"null", None), (b"false", False), (b"0", 0), (b'""', ""), (b"[]", []), (b"{}", {}), (b"[{}] ", [{}])],
)
def test_a_document_that_python_takes_for_false_is_still_a_document(
    registry: AvroRegistry, value: bytes, document: Json
) -> None:
    assert decode(value, Limits(), registry) == Decoded(document, None, None)


@pytest.mark.parametrize("max_depth", [1, 64, 200, 5_000])
@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}"), (b'{"a": ', b"}")])
def test_the_limit_on_depth_is_the_policys_and_never_more_than_200(
    registry: AvroRegistry, max_depth: int, opening: bytes, closing: bytes
) -> None:
    limits = Limits(max_depth=max_depth)
    deepest = min(max_depth, 200)

    def nested(levels: int) -> bytes:
        return opening * (levels - 1) + b"[]" + closing * (levels - 1)

    assert isinstance(decode(nested(deepest), limits, registry), Decoded)
    for levels in (deepest + 1, deepest + 2, 6_000, 100_000):
        finding = decode(nested(levels), limits, registry)
        assert code_of(finding) is IssueCode.CORRUPT_DEPTH
        assert isinstance(finding, Finding)
        assert finding.expected.startswith(f"at most {deepest} ")


@pytest.mark.parametrize(
    ("value", "actual"),
    [
        (b'{"a":1,\n"b":}', "line 2 column 5"),
        (b'["caf\xe9"]', "invalid at byte 5"),
        (b'{"a":1,"a":2}', "line 1 column 12"),
        (b'["\\udc00"]', "lone surrogate at line 1 column 8"),
        (b"[" * 65 + b"]" * 65, "more than 64"),
        (b"[1e400]", "number"),
        (b"[9223372036854775808]", "integer"),
        (b"[", "line 1 column 1"),
    ],
)
def test_a_finding_says_where_or_what_the_fault_is(registry: AvroRegistry, value: bytes, actual: str) -> None:
    finding = decode(value, Limits(), registry)

    assert isinstance(finding, Finding)
    assert finding.actual_masked == actual
    assert finding.expected


@pytest.mark.parametrize(
    "value",
    [
        f'{{"{CANARY}":1,"{CANARY}":2}}'.encode(),
        f'{{"{CANARY} at line 1 column {CANARY}":1,"{CANARY} at line 1 column {CANARY}":2}}'.encode(),
        f"[{CANARY}]".encode(),
        f'["{CANARY}]'.encode(),
        f'["{CANARY}\\ud800"]'.encode(),
        f'["{CANARY}",1e400]'.encode(),
        f'["{CANARY}"'.encode() + b"\xff]",
        f'{{"{CANARY}":{"[" * 70 + "]" * 70}}}'.encode(),
        b"\x00" + CANARY.encode(),
        b"\x00\x00\x00\x00\x07\x7f" + CANARY.encode(),
        b"\x00\x00\x00\x00\x07\x18" + CANARY.encode() + b"\xff",
        CANARY.encode(),
    ],
)
def test_no_finding_quotes_the_value(registry: AvroRegistry, value: bytes) -> None:
    """Promise 4: a key is a value too."""
    finding = decode(value, Limits(), registry)

    assert isinstance(finding, Finding)
    assert "canary" not in repr(finding)
    assert "4929" not in repr(finding)
