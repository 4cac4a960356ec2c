"""``$ref`` in the schemas of subjects: inside the file, not round in a circle, and not without end.

A reference to elsewhere would make a verdict depend on more than the bundle; a circle or a fan-out of
references makes one small trace cost without bound (RELIABILITY, hostile input).
"""

from collections.abc import Iterator, Mapping
from urllib.parse import unquote

from ..core.document import Json, format_pointer, parse_pointer
from .subschemas import all_subschemas, applied

MAX_EXPANDED = 10_000
"""Subschemas after every reference is replaced by its target; ``workflow_trace`` has some 150."""

_REFUSED = ("$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$recursiveAnchor", "$anchor", "$vocabulary")


def reference_problems(schema: Json) -> list[str]:
    """What is wrong with the references of a schema: sentences, each with the place; empty when nothing is."""
    nodes = dict(all_subschemas(schema))
    problems = [sentence for pointer, node in nodes.items() for sentence in _local(nodes, pointer, node)]
    if problems:
        return problems
    try:
        expanded = _expanded(nodes, schema, {}, ())
    except _CircleError as circle:
        return [f"{circle}: the reference leads back to itself"]
    if expanded > MAX_EXPANDED:
        return [f"references expand to {expanded} subschemas, more than {MAX_EXPANDED}"]
    return []


class _CircleError(Exception):
    """Carries the reference that closes the circle; caught in this file."""


def _local(nodes: Mapping[str, Json], pointer: str, node: Json) -> Iterator[str]:
    """Sentences on one subschema alone."""
    if not isinstance(node, dict):
        return
    for keyword in _REFUSED:
        if keyword in node:
            yield f"{pointer}/{keyword}: not supported, use $ref and $defs"
    if pointer and ("$id" in node or "$schema" in node):
        yield f"{pointer}: a schema inside a schema has no $id and no $schema of its own"
    if "$ref" in node:
        reference = node["$ref"]
        if not isinstance(reference, str) or not (reference == "#" or reference.startswith("#/")):
            yield f"{pointer}/$ref: leaves the file; a reference starts with #/"
        elif _target(reference) not in nodes:
            yield f"{pointer}/$ref: there is no schema at {reference}"


def _target(reference: str) -> str:
    """The pointer that a reference inside the file means."""
    return format_pointer(parse_pointer(unquote(reference[1:])))


def _expanded(nodes: Mapping[str, Json], node: Json, known: dict[str, int], open_: tuple[str, ...]) -> int:
    """How many subschemas there are under a node with every reference replaced by its target."""
    if not isinstance(node, dict):
        return 1
    total = 1 + sum(_expanded(nodes, child, known, open_) for _, child in applied(node))
    reference = node.get("$ref")
    if isinstance(reference, str):
        target = _target(reference)
        if target in open_:
            raise _CircleError(reference)
        if target not in known:
            known[target] = _expanded(nodes, nodes[target], known, (*open_, target))
        total += known[target]
    return total
