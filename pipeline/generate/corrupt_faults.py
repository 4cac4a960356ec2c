"""Faults in the bytes: each takes a clean document and gives a value that cannot be read (S0-13, S0-14)."""

import random
from collections.abc import Callable, Mapping

import orjson

from ..core.codes import IssueCode
from ..core.document import Json
from .fault import Fault

Document = dict[str, Json]

TOO_LARGE_BYTES = 1_010_000
"""Above the limit for one trace that ships (1,000,000), below what traces.raw takes (1 MiB with its frame)."""
DEEPEST, SHALLOWEST = 3_000, 200
"""Levels of nesting; the limit that ships is 64, the largest that makes sense far below 200."""


def empty(_: Document, rng: random.Random) -> bytes | None:
    """A tombstone, or no bytes."""
    return None if rng.random() < 0.5 else b""


def too_large(document: Document, _: random.Random) -> bytes:
    """A document padded with text; heavy, so it is rare unless asked for."""
    value = orjson.dumps(document)
    return _with_member(value, b'"attachment":"%s"' % (b"x" * (TOO_LARGE_BYTES - len(value) - 16)))


def encoding(document: Document, rng: random.Random) -> bytes:
    """A byte order mark, UTF-16, a byte that is not UTF-8, or half a surrogate pair."""
    value = orjson.dumps(document)
    ways: tuple[Callable[[], bytes], ...] = (
        lambda: b"\xef\xbb\xbf" + value,
        lambda: value.decode().encode("utf-16"),
        lambda: _with_member(value, b'"note":"caf\xe9"'),
        lambda: _with_member(value, rb'"note":"\ud83d"'),
    )
    return rng.choice(ways)()


def json_malformed(document: Document, rng: random.Random) -> bytes:
    """Cut off, a comma too many, a word that JSON does not have, wrong quotes, or something after the end."""
    value = orjson.dumps(document)
    ways: tuple[Callable[[], bytes], ...] = (
        lambda: _cut(value, rng),
        lambda: value[:-1] + b",}",
        lambda: _with_member(value, b'"share":NaN'),
        lambda: _with_member(value, b"'note':1"),
        lambda: value + value,
    )
    return rng.choice(ways)()


def duplicate_key(document: Document, rng: random.Random) -> bytes:
    """A key twice in one object, also when one of the two is written with an escape."""
    value = orjson.dumps(document)
    ways = (b'"status":"pending"', rb'"st\u0061tus":"pending"', b'"context":null')
    return _with_member(value, rng.choice(ways))


def depth(document: Document, rng: random.Random) -> bytes:
    """Arrays in arrays, far past the limit, closed properly."""
    levels = rng.randint(SHALLOWEST, DEEPEST)
    return _with_member(orjson.dumps(document), b'"nested":' + b"[" * levels + b"]" * levels)


def number_range(document: Document, rng: random.Random) -> bytes:
    """A number that 64-bit readers turn into infinity, into a float, or into another number."""
    ways = (b"1e400", b"-1e400", b"9223372036854775808", b"-9223372036854775809", b"1" + b"0" * 30)
    return _with_member(orjson.dumps(document), b'"peak":' + rng.choice(ways))


def avro(document: Document, rng: random.Random) -> bytes:
    """A Confluent frame around something else: no such schema id, an id cut short, or no datum behind it."""
    value = orjson.dumps(document)
    unknown = rng.randint(900_000_000, 999_999_999).to_bytes(4, "big")
    ways = (b"\x00" + unknown + value, b"\x00" + unknown[:2], b"\x00" + unknown)
    return rng.choice(ways)


def _with_member(value: bytes, member: bytes) -> bytes:
    """The same object with one more member, in front."""
    return b"{" + member + b"," + value[1:]


def _cut(value: bytes, rng: random.Random) -> bytes:
    # Never inside a character: that would be a fault of encoding.
    return value[: int(len(value) * rng.uniform(0.2, 0.95))].decode(errors="ignore").encode()


FAULTS: Mapping[IssueCode, Fault] = {
    IssueCode.CORRUPT_EMPTY: Fault(empty, blocking=True, weight=2),
    # A megabyte each: one in some two thousand faults, or a load is mostly padding.
    IssueCode.CORRUPT_TOO_LARGE: Fault(too_large, blocking=True, weight=0.02),
    IssueCode.CORRUPT_ENCODING: Fault(encoding, blocking=True, weight=2),
    IssueCode.CORRUPT_JSON_MALFORMED: Fault(json_malformed, blocking=True, weight=5),
    IssueCode.CORRUPT_DUPLICATE_KEY: Fault(duplicate_key, blocking=True, weight=2),
    IssueCode.CORRUPT_DEPTH: Fault(depth, blocking=True, weight=1),
    IssueCode.CORRUPT_NUMBER_RANGE: Fault(number_range, blocking=True, weight=2),
    IssueCode.CORRUPT_AVRO: Fault(avro, blocking=True, weight=1),
}
