"""Looks through an Avro datum before the C decoder may: every length, count and index against the bytes there are.

``fastavro`` believes what it reads: 5 KB of nested records end the process, ten bytes can make it loop 2^31
times, enum index -1 is the last symbol. What passes here does none of it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from ..core.codes import IssueCode
from ..core.issue import Finding
from ..policy.bundle import Limits
from .avro_cursor import Cursor, RefusedError

Guard: TypeAlias = Callable[[bytes, int, Limits], Finding | None]

_Walk: TypeAlias = Callable[[Cursor, int], object]
"""Moves the cursor over one value of a type; the number is how many records, arrays and maps are around it."""


def build_guard(schema: Any) -> Guard:
    """The guard for a schema that ``fastavro.parse_schema`` gave.

    A guard gets a value, the byte where the datum starts, and limits. It says why the datum must not be
    decoded, or ``None`` when it is safe. It never raises.

    Beyond what Avro asks: UTF-8 is valid, booleans are 0 or 1, no map has a key twice, no float is NaN or
    infinite, block sizes are true, nothing follows the datum, records and arrays and maps are not nested
    deeper than the limit, and there are no more values than JSON of the largest allowed size could hold.
    """
    walk = _walk_of(schema, {})

    def guard(value: bytes, start: int, limits: Limits) -> Finding | None:
        cursor = Cursor(value, start, limits)
        try:
            walk(cursor, 0)
            if cursor.remaining:
                raise cursor.refuse("nothing after the datum")
        except RefusedError as refusal:
            return refusal.finding
        return None

    return guard


def _walk_of(schema: Any, named: dict[str, _Walk]) -> _Walk:
    """Compiles a schema. Its walks call each other as deep as the data goes, which ``Cursor.enter`` bounds."""
    match schema:
        case str():
            return _PRIMITIVES.get(schema) or _reference(schema, named)
        case list():
            return _union([_walk_of(branch, named) for branch in schema])
        case {"type": "record" | "error", "name": name, "fields": fields}:
            named[name] = _record([_walk_of(field["type"], named) for field in fields])
            return named[name]
        case {"type": "enum", "name": name, "symbols": symbols}:
            named[name] = _enum(len(symbols))
            return named[name]
        case {"type": "fixed", "name": name, "size": size}:
            named[name] = _fixed(size)
            return named[name]
        case {"type": "array", "items": items}:
            return _array(_walk_of(items, named))
        case {"type": "map", "values": values}:
            return _map(_walk_of(values, named))
        case {"type": str(primitive)}:
            return _PRIMITIVES[primitive]
        case _:
            raise ValueError("not an Avro schema")


_PRIMITIVES: Mapping[str, _Walk] = {
    "null": lambda _cursor, _depth: None,
    "boolean": lambda cursor, _: cursor.boolean(),
    "int": lambda cursor, _: cursor.integer(32),
    "long": lambda cursor, _: cursor.integer(64),
    "float": lambda cursor, _: cursor.floating("<f"),
    "double": lambda cursor, _: cursor.floating("<d"),
    "bytes": lambda cursor, _: cursor.skip(cursor.integer(64)),
    "string": lambda cursor, _: cursor.string(),
}


def _reference(name: str, named: Mapping[str, _Walk]) -> _Walk:
    def walk(cursor: Cursor, depth: int) -> None:
        # Looked up when walked, not before: a type inside itself is not compiled to the end yet.
        named[name](cursor, depth)

    return walk


def _enum(choices: int) -> _Walk:
    return lambda cursor, _: cursor.index(choices)


def _fixed(size: int) -> _Walk:
    return lambda cursor, _: cursor.skip(size)


def _union(branches: Sequence[_Walk]) -> _Walk:
    return lambda cursor, depth: branches[cursor.index(len(branches))](cursor, depth)


def _record(fields: Sequence[_Walk]) -> _Walk:
    def walk(cursor: Cursor, depth: int) -> None:
        cursor.enter(depth)
        cursor.expect(len(fields))
        for field in fields:
            field(cursor, depth + 1)

    return walk


def _array(items: _Walk) -> _Walk:
    def walk(cursor: Cursor, depth: int) -> None:
        cursor.enter(depth)
        for count in cursor.blocks():
            for _ in range(count):
                items(cursor, depth + 1)

    return walk


def _map(values: _Walk) -> _Walk:
    def walk(cursor: Cursor, depth: int) -> None:
        cursor.enter(depth)
        keys: set[bytes] = set()
        for count in cursor.blocks():
            for _ in range(count):
                key = cursor.string()
                if key in keys:
                    raise cursor.refuse("each key once in a map", IssueCode.CORRUPT_DUPLICATE_KEY)
                keys.add(key)
                values(cursor, depth + 1)

    return walk
