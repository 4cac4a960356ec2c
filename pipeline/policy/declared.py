"""Whether a schema knows a member at all."""

from collections.abc import Iterator, Sequence

from ..core.document import Json, lookup, parse_pointer

_ALTERNATIVES = ("allOf", "anyOf", "oneOf")
_CONDITIONS = ("if", "then", "else")


def may_have(schema: Json, tokens: Sequence[str]) -> bool:
    """Whether a document of this schema may have something there that the schema speaks of.

    ``True`` also where the schema leaves open what an object has. The schema has no problems with its references.
    """
    return _may_have(schema, schema, tokens)


def _may_have(root: Json, node: Json, tokens: Sequence[str]) -> bool:
    if not tokens:
        return True
    here = [one for one in _together(root, node) if isinstance(one, dict)]
    declared = [one["properties"] for one in here if isinstance(one.get("properties"), dict)]
    if not declared or any("patternProperties" in one for one in here):
        return True
    token, *rest = tokens
    return any(
        _may_have(root, members[token], rest)
        for members in declared
        if isinstance(members, dict) and token in members
    )


def _together(root: Json, node: Json) -> Iterator[Json]:
    """The schemas that speak of one value: this one, what it refers to, and its alternatives."""
    yield node
    if not isinstance(node, dict):
        return
    reference = node.get("$ref")
    if isinstance(reference, str):
        target = lookup(root, parse_pointer(reference.removeprefix("#")))
        if isinstance(target, dict):
            yield from _together(root, target)
    for keyword in _ALTERNATIVES:
        branches = node.get(keyword)
        for branch in branches if isinstance(branches, list) else ():
            yield from _together(root, branch)
    for keyword in _CONDITIONS:
        if keyword in node:
            yield from _together(root, node[keyword])
