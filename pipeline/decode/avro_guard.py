"""Looks through an Avro datum before the C decoder may: every length, count and index against the bytes there are.

``fastavro`` believes what it reads: 5 KB of nested records end the process, ten bytes can make it loop 2^31
times, enum index -1 is the last symbol. What passes here does none of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ..core.codes import IssueCode
from ..core.issue import Finding
from ..policy.bundle import Limits
from .avro_cursor import Cursor, RefusedError
from .avro_shape import Array, Leaf, Map, Named, Record, Shape, Union
from .json_bounds import too_deep

_VALUES = (Leaf, Record, Array, Map)
"""What becomes a JSON value; the other shapes are on the way to one."""


@dataclass(slots=True)
class _Items:
    """An array or map that is being walked over."""

    each: Shape
    keys: set[bytes] | None
    """The keys so far, for a map."""
    left: int = 0
    """Items still to come in this block; 0: the head of the next block comes."""
    ends: int | None = None
    """Where the block said that it ends."""


def guard(
    data: bytes, start: int, shape: Shape, named: Mapping[str, Shape], limits: Limits
) -> Finding | None:
    """Why the datum from byte ``start`` to the end must not be decoded, or ``None`` when it is safe. Never raises.

    Beyond what Avro asks: UTF-8 is valid, booleans are 0 or 1, no map has a key twice, no float is NaN or
    infinite, block sizes are true, nothing follows the datum, records and arrays and maps are not nested
    deeper than the limit, and there are no more values than JSON of the largest allowed size could hold.
    """
    cursor = Cursor(data, start)
    try:
        _walk(cursor, shape, named, limits)
        if cursor.remaining:
            raise cursor.refuse("nothing after the datum")
    except RefusedError as refusal:
        return refusal.finding
    return None


def _walk(cursor: Cursor, shape: Shape, named: Mapping[str, Shape], limits: Limits) -> None:
    """Goes over one datum with a stack of its own, so that no data can exhaust the interpreter's."""
    most_values = limits.max_value_bytes // 2
    values = 0
    todo: list[tuple[Shape | _Items, int]] = [(shape, 0)]
    """What is still to come, each with the number of records, arrays and maps around it."""
    while todo:
        here, depth = todo.pop()
        values += isinstance(here, _VALUES)
        if values > most_values:
            raise cursor.refuse(f"at most {most_values} values", IssueCode.CORRUPT_TOO_LARGE)
        match here:
            case Leaf(check):
                check(cursor)
            case Named(name):
                todo.append((named[name], depth))
            case Union(branches):
                todo.append((branches[cursor.index(len(branches))], depth))
            case _Items():
                if _advance(cursor, here):
                    todo.append((here, depth))
                    todo.append((here.each, depth))
            case _ if depth >= limits.max_depth:
                raise RefusedError(too_deep(limits.max_depth))
            case Record(fields):
                todo.extend([(field, depth + 1) for field in reversed(fields)])
            case Array(items):
                todo.append((_Items(items, None), depth + 1))
            case Map(each):
                todo.append((_Items(each, set()), depth + 1))


def _advance(cursor: Cursor, items: _Items) -> bool:
    """Up to the next item, whose key is passed over; ``False`` at the end."""
    if items.left == 0:
        if items.ends is not None and items.ends != cursor.at:
            raise cursor.refuse("a block as long as its size says")
        items.left, items.ends = cursor.block()
        if items.left == 0:
            return False
    items.left -= 1
    if items.keys is not None:
        key = cursor.string()
        if key in items.keys:
            raise cursor.refuse("each key once in a map", IssueCode.CORRUPT_DUPLICATE_KEY)
        items.keys.add(key)
    return True
