"""An Avro schema, reduced to what is needed to walk over a datum."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

from .avro_cursor import Cursor


@dataclass(frozen=True, slots=True)
class Leaf:
    """A type without types inside."""

    check: Callable[[Cursor], object]
    """Moves the cursor over one value."""


@dataclass(frozen=True, slots=True)
class Record:
    fields: "tuple[Shape, ...]"


@dataclass(frozen=True, slots=True)
class Array:
    items: "Shape"


@dataclass(frozen=True, slots=True)
class Map:
    values: "Shape"


@dataclass(frozen=True, slots=True)
class Union:
    branches: "tuple[Shape, ...]"


@dataclass(frozen=True, slots=True)
class Named:
    """A type defined elsewhere in the schema; its full name."""

    name: str


Shape: TypeAlias = Leaf | Record | Array | Map | Union | Named

_PRIMITIVES: Mapping[str, Leaf] = {
    "null": Leaf(partial(Cursor.skip, count=0)),
    "boolean": Leaf(Cursor.boolean),
    "int": Leaf(partial(Cursor.integer, bits=32)),
    "long": Leaf(partial(Cursor.integer, bits=64)),
    "float": Leaf(partial(Cursor.floating, code="<f")),
    "double": Leaf(partial(Cursor.floating, code="<d")),
    "bytes": Leaf(Cursor.binary),
    "string": Leaf(Cursor.string),
}


def shape_of(schema: Any, named: dict[str, Shape]) -> Shape:
    """The shape of a schema that ``fastavro.parse_schema`` gave; its named types are added to ``named``.

    Recursive schemas have a shape too: walking it stops at the depth limit.
    """
    match schema:
        case str():
            return _PRIMITIVES.get(schema) or Named(schema)
        case list():
            return Union(tuple(shape_of(branch, named) for branch in schema))
        case {"type": "record" | "error", "name": name, "fields": fields}:
            named[name] = Record(tuple(shape_of(field["type"], named) for field in fields))
            return named[name]
        case {"type": "enum", "name": name, "symbols": symbols}:
            named[name] = Leaf(partial(Cursor.index, choices=len(symbols)))
            return named[name]
        case {"type": "fixed", "name": name, "size": size}:
            named[name] = Leaf(partial(Cursor.skip, count=size))
            return named[name]
        case {"type": "array", "items": items}:
            return Array(shape_of(items, named))
        case {"type": "map", "values": values}:
            return Map(shape_of(values, named))
        case {"type": str(primitive)}:
            return _PRIMITIVES[primitive]
        case _:
            raise ValueError("not an Avro schema")
