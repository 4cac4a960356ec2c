"""A person's change to traces: a JSON Patch (RFC 6902), applied to one trace at a time, with the way back."""

from copy import deepcopy
from typing import Any, NamedTuple

import jsonpatch
import orjson

from ..core.document import Json
from ..core.errors import PatchError
from ..core.json_patch import Operation, apply_patch

MOST_OPERATIONS = 200
MOST_BYTES = 65_536
"""Of a patch as JSON: it travels in commands and in the state of a task."""
_OPERATIONS = frozenset({"add", "remove", "replace", "move", "copy", "test"})

Patch = list[Operation]


class EditError(ValueError):
    """The patch is none, or does not apply to this trace: say so, and leave the trace where it is."""


class Edited(NamedTuple):
    """A trace after an edit. Patch and inverse hold values: they are written sealed or not at all."""

    value: bytes
    document: Json
    patch: Patch
    inverse: Patch


def read_patch(text: bytes) -> Patch:
    """The operations of a patch. Raises :class:`EditError`, which quotes nothing of it."""
    if len(text) > MOST_BYTES:
        raise EditError(f"the patch has {len(text):,} bytes, and {MOST_BYTES:,} is the most")
    try:
        operations = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise EditError("the patch is not JSON") from None
    if not isinstance(operations, list) or not operations:
        raise EditError("a JSON Patch is a list of operations, at least one")
    if len(operations) > MOST_OPERATIONS:
        raise EditError(f"the patch has {len(operations)} operations, and {MOST_OPERATIONS} is the most")
    for number, operation in enumerate(operations):
        if not isinstance(operation, dict) or operation.get("op") not in _OPERATIONS:
            raise EditError(f"operation {number} is none of add, remove, replace, move, copy, test")
        if not isinstance(operation.get("path"), str):
            raise EditError(f"operation {number} has no path")
        if operation["op"] in {"move", "copy"} and not isinstance(operation.get("from"), str):
            raise EditError(f"operation {number} has no from")
        if operation["op"] in {"add", "replace", "test"} and "value" not in operation:
            raise EditError(f"operation {number} has no value")
    return operations


def edited(document: Json, patch: Patch) -> Edited:
    """The trace after the patch. The document that is passed in stays as it is (D-09).

    Raises :class:`EditError` when an operation does not apply, when one of its tests does not hold, and when the
    patch changes nothing.
    """
    try:
        after = apply_patch(document, deepcopy(patch))
        value = orjson.dumps(after)
    except PatchError:
        raise EditError("the patch does not apply to this trace, or one of its tests does not hold") from None
    except orjson.JSONEncodeError:
        raise EditError("what the patch makes cannot be written as JSON") from None
    if _same(after, document):
        raise EditError("the patch changes nothing in this trace")
    return Edited(value, after, patch, _inverse(document, after))


def _inverse(document: Json, after: Json) -> Patch:
    """The way back: short where that leads back exactly, else the whole document."""
    came: Any = document
    left: Any = after
    operations: Any = jsonpatch.JsonPatch.from_diff(left, came).patch
    back: Patch = [*operations]
    try:
        exact = _same(apply_patch(after, back), document)
    except PatchError:
        exact = False
    return back if exact else [{"op": "replace", "path": "", "value": document}]


def _same(one: Json, other: Json) -> bool:
    """Equal as JSON: true is not 1, and 1.0 is not 1."""
    return orjson.dumps(one, option=orjson.OPT_SORT_KEYS) == orjson.dumps(other, option=orjson.OPT_SORT_KEYS)
