"""``$ref`` in the schemas of subjects: inside the file, not round in a circle, and not without end.

A reference to elsewhere would make a verdict depend on more than the bundle; a circle or a fan-out of
references makes one small trace cost without bound (RELIABILITY, hostile input).
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import NamedTuple
from urllib.parse import unquote

from ..core.document import Json, format_pointer, parse_pointer
from .schema_fault import SchemaFault
from .subschemas import all_subschemas, applied

MAX_EXPANDED = 10_000
"""Subschemas after every reference is replaced by its target; ``workflow_trace`` has some 150."""
MAX_NESTED = 128
"""Subschemas inside one another, through references too: validating takes stack for each."""

_REFUSED = ("$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$recursiveAnchor", "$anchor", "$vocabulary")


def size_fault(schema: Json) -> SchemaFault | None:
    """What is wrong with the number of schemas in a schema; asked before anything that takes time for each."""
    if next(islice(all_subschemas(schema), MAX_EXPANDED, None), None) is None:
        return None
    why = f"there are more than {MAX_EXPANDED} schemas in the schema"
    return SchemaFault("", why, "Split the subject, or describe less")


def reference_problems(schema: Json) -> list[SchemaFault]:
    """What is wrong with the references of a schema that has no :func:`size_fault`. Takes linear time."""
    nodes = dict(all_subschemas(schema))
    problems = [fault for pointer, node in nodes.items() for fault in _local(nodes, pointer, node)]
    if problems:
        return problems
    try:
        expanded = _Expansion(nodes).of("", schema, ()).schemas
    except _EndlessError as endless:
        return [endless.fault]
    if expanded > MAX_EXPANDED:
        why = f"references expand to {expanded} subschemas, more than {MAX_EXPANDED}"
        return [SchemaFault("", why, "Refer to large definitions from fewer places")]
    return []


def expanded_schemas(schema: Json) -> int:
    """How many subschemas a schema without :func:`reference_problems` has, with references replaced by their targets."""
    return _Expansion(dict(all_subschemas(schema))).of("", schema, ()).schemas


class _EndlessError(Exception):
    """Expansion must stop here; caught in this file."""

    def __init__(self, fault: SchemaFault) -> None:
        super().__init__(fault)
        self.fault = fault


def _local(nodes: Mapping[str, Json], pointer: str, node: Json) -> Iterator[SchemaFault]:
    """Faults of one subschema alone."""
    if not isinstance(node, dict):
        return
    for keyword in _REFUSED:
        if keyword in node:
            yield SchemaFault(f"{pointer}/{keyword}", "is not supported", "Use $ref and $defs")
    for keyword in ("$id", "$schema"):
        if pointer and keyword in node:
            why = f"a schema inside a schema has no {keyword} of its own"
            yield SchemaFault(f"{pointer}/{keyword}", why, "Remove it")
    if "$ref" not in node:
        return
    match node["$ref"]:
        case str() as reference if reference == "#" or reference.startswith("#/"):
            if _target(reference) not in nodes:
                why = f"there is no schema at {reference}"
                yield SchemaFault(f"{pointer}/$ref", why, "Add it under $defs, or correct the reference")
        case _:
            remedy = "Copy what it refers to into $defs; a reference starts with #/"
            yield SchemaFault(f"{pointer}/$ref", "leaves the file", remedy)


def _target(reference: str) -> str:
    """The pointer that a reference inside the file means."""
    return format_pointer(parse_pointer(unquote(reference[1:])))


class _Size(NamedTuple):
    schemas: int
    height: int


class _Expansion:
    """Measures a schema as if every reference were its target, each target once."""

    def __init__(self, nodes: Mapping[str, Json]) -> None:
        self._nodes = nodes
        self._known: dict[str, _Size] = {}

    def of(self, pointer: str, node: Json, open_: tuple[str, ...], depth: int = 0) -> _Size:
        """The size of a node. Raises :class:`_EndlessError` for a circle, and for what is nested too deep."""
        if not isinstance(node, dict):
            return _Size(1, 1)
        self._check(pointer, depth)
        schemas, height = 1, 0
        for step, child in applied(node):
            size = self.of(pointer + step, child, open_, depth + 1)
            schemas, height = schemas + size.schemas, max(height, size.height)
        if isinstance(reference := node.get("$ref"), str):
            size = self._referred(f"{pointer}/$ref", _target(reference), open_, depth + 1)
            schemas, height = schemas + size.schemas, max(height, size.height)
        return _Size(schemas, height + 1)

    def _referred(self, place: str, target: str, open_: tuple[str, ...], depth: int) -> _Size:
        if target in open_ or target == "":
            remedy = "Write out how deep it may go; nothing may contain itself without end"
            raise _EndlessError(SchemaFault(place, "the reference leads back to itself", remedy))
        if target not in self._known:
            self._known[target] = self.of(target, self._nodes[target], (*open_, target), depth)
        size = self._known[target]
        self._check(place, depth + size.height - 1)
        return size

    def _check(self, pointer: str, depth: int) -> None:
        if depth > MAX_NESTED:
            why = f"schemas are nested deeper than {MAX_NESTED}, counting references"
            raise _EndlessError(SchemaFault(pointer, why, "Make the chain of references shorter"))
