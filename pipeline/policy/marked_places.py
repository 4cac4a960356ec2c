"""Where in a document the marked parts of a schema stand: ``deprecated`` members, texts of one ``format``."""

from collections.abc import Callable, Iterator
from typing import Final, TypeAlias
from urllib.parse import unquote

from ..core.document import Json, lookup, parse_pointer


class _Each:
    """The type of :data:`EACH`."""

    def __repr__(self) -> str:
        return "EACH"


EACH: Final = _Each()
"""A step to every element of an array."""

Place: TypeAlias = tuple[str | _Each, ...]

_ALL = ("allOf",)
_ALL_AND_SOME = ("allOf", "anyOf", "oneOf")
_MOST_LEVELS: Final = 64


def marked_places(
    schema: Json, marked: Callable[[dict[str, Json]], bool], *, alternatives: bool = False
) -> tuple[tuple[Place, dict[str, Json]], ...]:
    """Each place that a marked subschema judges, once, with that subschema; in order of the schema.

    Looks through ``properties``, ``items``, ``$ref`` and ``allOf``: what is there holds for every document.
    With ``alternatives`` through ``anyOf`` and ``oneOf`` too. The schema is one that
    :func:`~.json_schema.schema_problems` let in, so references end.
    """
    found: dict[Place, dict[str, Json]] = {}
    for place, node in _walk(schema, schema, (), _ALL_AND_SOME if alternatives else _ALL):
        if marked(node):
            found.setdefault(place, node)
    return tuple(found.items())


def declared_places(schema: Json) -> frozenset[Place]:
    """Every place that the schema says anything of."""
    return frozenset(place for place, _ in _walk(schema, schema, (), _ALL_AND_SOME))


def _walk(
    schema: Json, node: Json, place: Place, branches: tuple[str, ...]
) -> Iterator[tuple[Place, dict[str, Json]]]:
    if not isinstance(node, dict) or len(place) > _MOST_LEVELS:
        return
    yield place, node
    reference = node.get("$ref")
    if isinstance(reference, str):
        target = lookup(schema, parse_pointer(unquote(reference[1:])))
        yield from _walk(schema, target if isinstance(target, dict) else None, place, branches)
    for keyword in branches:
        listed = node.get(keyword)
        for branch in listed if isinstance(listed, list) else ():
            yield from _walk(schema, branch, place, branches)
    properties = node.get("properties")
    for name, member in (properties if isinstance(properties, dict) else {}).items():
        yield from _walk(schema, member, (*place, name), branches)
    if "items" in node:
        yield from _walk(schema, node["items"], (*place, EACH), branches)
