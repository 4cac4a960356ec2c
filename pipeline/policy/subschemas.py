"""Walking the schemas inside a schema: which keywords of JSON Schema 2020-12 hold further ones."""

from collections.abc import Iterator

from ..core.document import Json, format_pointer

_ONE = (
    "additionalProperties",
    "unevaluatedProperties",
    "unevaluatedItems",
    "items",
    "contains",
    "propertyNames",
    "not",
    "if",
    "then",
    "else",
    "contentSchema",
)
_LIST = ("allOf", "anyOf", "oneOf", "prefixItems")
_MAP = ("properties", "patternProperties", "dependentSchemas")
_DEFINITIONS = ("$defs", "definitions")


def applied(node: dict[str, Json]) -> Iterator[tuple[str, Json]]:
    """The schemas that may apply when this one does, with the pointers from it to them. References are not followed."""
    for keyword in _ONE:
        if keyword in node:
            yield f"/{keyword}", node[keyword]
    for keyword in _LIST:
        branches = node.get(keyword)
        if isinstance(branches, list):
            yield from ((f"/{keyword}/{index}", branch) for index, branch in enumerate(branches))
    for keyword in _MAP:
        yield from _members(node, keyword)


def all_subschemas(node: Json, pointer: str = "") -> Iterator[tuple[str, Json]]:
    """Every schema of a file, itself and definitions too, with its pointer."""
    yield pointer, node
    if not isinstance(node, dict):
        return
    for step, child in applied(node):
        yield from all_subschemas(child, pointer + step)
    for keyword in _DEFINITIONS:
        for step, child in _members(node, keyword):
            yield from all_subschemas(child, pointer + step)


def declared_names(schema: Json) -> frozenset[str]:
    """The member names that a schema itself writes down, anywhere: the only ones that may be shown of a trace."""
    names: set[str] = set()
    for _, node in all_subschemas(schema):
        if isinstance(node, dict):
            properties, required = node.get("properties"), node.get("required")
            names.update(properties if isinstance(properties, dict) else ())
            names.update(str(name) for name in (required if isinstance(required, list) else ()))
    return frozenset(names)


def schema_patterns(schema: Json) -> Iterator[tuple[str, str]]:
    """Every pattern in a schema, with its pointer."""
    for pointer, node in all_subschemas(schema):
        if isinstance(node, dict):
            if isinstance(pattern := node.get("pattern"), str):
                yield f"{pointer}/pattern", pattern
            by_pattern = node.get("patternProperties")
            for pattern in by_pattern if isinstance(by_pattern, dict) else ():
                yield pointer + format_pointer(("patternProperties", pattern)), pattern


def _members(node: dict[str, Json], keyword: str) -> Iterator[tuple[str, Json]]:
    members = node.get(keyword)
    if isinstance(members, dict):
        yield from ((format_pointer((keyword, name)), member) for name, member in members.items())
