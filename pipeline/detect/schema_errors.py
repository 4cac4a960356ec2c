"""Listing the errors of an invalid document in pieces, so that one document cannot hold up a worker.

The validator lists all errors of a document before it gives the first: half a million array elements of
the wrong type in one megabyte take seconds. So a large document is taken apart along ``properties``,
``items`` and ``additionalProperties``, and the caller stops when it has seen enough.
"""

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple
from urllib.parse import unquote

import jsonschema_rs

from ..core.document import Json, format_pointer, lookup, parse_pointer
from ..policy.json_schema import compile_parts, compile_schema

PIECE_NODES = 500
"""Values in a piece that is handed to the validator whole: at most some 5 ms of errors."""

_KEEPS_WHOLE = ("unevaluatedProperties", "unevaluatedItems", "patternProperties")
"""Schemas with these look at more than one member at a time: they are not taken apart."""


class Located(NamedTuple):
    """An error and where in the document it is."""

    path: tuple[str | int, ...]
    error: jsonschema_rs.ValidationError


class ErrorLister:
    """Lists the errors of documents that a schema refuses, lazily where documents are large."""

    def __init__(self, schema: Json, piece: int = PIECE_NODES) -> None:
        assert isinstance(schema, dict)
        self._piece = piece
        self._schema = schema
        self._whole = compile_schema(schema)
        self._shallow: dict[str, jsonschema_rs.Validator] = {}

    @cached_property
    def _parts(self) -> jsonschema_rs.ValidatorMap:
        return compile_parts(self._schema)

    def errors(self, document: Json, most_values: int | None = None) -> Iterator[Located]:
        """The same errors as those of the whole document, in an order that only depends on it.

        ``most_values``: no more values than this are in the document, if the caller knows; counting takes long.
        """
        if (most_values is not None and most_values <= self._piece) or self._fits(document):
            return _listed(self._whole, document, ())
        return self._walk("", document, ())

    def _walk(self, pointer: str, value: Json, path: tuple[str | int, ...]) -> Iterator[Located]:
        """The errors of one value by the schema at the pointer."""
        node = lookup(self._schema, parse_pointer(pointer))
        if (
            not isinstance(node, dict)
            or self._fits(value)
            or any(keyword in node for keyword in _KEEPS_WHOLE)
        ):
            yield from _listed(self._parts[f"#{pointer}"], value, path)
            return
        yield from _listed(self._shallow_validator(pointer, node), value, path)
        reference = node.get("$ref")
        if isinstance(reference, str):
            yield from self._walk(format_pointer(parse_pointer(unquote(reference[1:]))), value, path)
        for step, child_pointer, child in _children(node, pointer, value):
            if not self._parts[f"#{child_pointer}"].is_valid(child):
                yield from self._walk(child_pointer, child, (*path, step))

    def _fits(self, value: Json) -> bool:
        return _nodes(value, self._piece) <= self._piece

    def _shallow_validator(self, pointer: str, node: dict[str, Json]) -> jsonschema_rs.Validator:
        """The schema at the pointer without what :meth:`_walk` descends into."""
        if pointer not in self._shallow:
            shallow = {keyword: value for keyword, value in node.items() if keyword not in {"$ref", "items"}}
            if isinstance(node.get("properties"), dict):
                # The names stay: additionalProperties needs them.
                shallow["properties"] = dict.fromkeys(_properties(node), True)
            if isinstance(node.get("additionalProperties"), dict):
                del shallow["additionalProperties"]
            changed = _replaced(self._schema, parse_pointer(pointer), shallow)
            self._shallow[pointer] = compile_parts(changed)[f"#{pointer}"]
        return self._shallow[pointer]


def _children(node: dict[str, Json], pointer: str, value: Json) -> Iterator[tuple[str | int, str, Json]]:
    """What ``node`` judges one by one: token, pointer of its schema, value."""
    match value:
        case dict():
            properties = _properties(node)
            rest = isinstance(node.get("additionalProperties"), dict)
            for name, member in value.items():
                if name in properties:
                    yield name, pointer + format_pointer(("properties", name)), member
                elif rest:
                    yield name, f"{pointer}/additionalProperties", member
        case list() if "items" in node:
            prefix = node.get("prefixItems")
            start = len(prefix) if isinstance(prefix, list) else 0
            for index in range(start, len(value)):
                yield index, f"{pointer}/items", value[index]


def _properties(node: dict[str, Json]) -> dict[str, Json]:
    properties = node.get("properties")
    return properties if isinstance(properties, dict) else {}


def _replaced(document: Json, tokens: tuple[str, ...], new: Json) -> Json:
    """The document with another value at the pointer; only what lies on the way is copied."""
    if not tokens:
        return new
    token, *rest = tokens
    if isinstance(document, dict):
        return {**document, token: _replaced(document[token], tuple(rest), new)}
    assert isinstance(document, list)
    index = int(token)
    return [*document[:index], _replaced(document[index], tuple(rest), new), *document[index + 1 :]]


def _listed(
    validator: jsonschema_rs.Validator, value: Json, path: tuple[str | int, ...]
) -> Iterator[Located]:
    for error in validator.iter_errors(value):
        yield Located((*path, *error.instance_path), error)


def _nodes(value: Json, most: int) -> int:
    """How many values there are in a value; counts no further than just past ``most``."""
    if not isinstance(value, dict | list):
        return 1
    total = 1 + len(value)
    if total > most:
        return total
    for child in value.values() if isinstance(value, dict) else value:
        if isinstance(child, dict | list):
            total += _nodes(child, most - total) - 1
            if total > most:
                break
    return total
