"""The two bounds that a JSON parser does not check for us: nesting to our limit, numbers that 64 bits hold."""

from math import isinf
from typing import Any

import re2

from ..core.codes import IssueCode
from ..core.document import Json
from ..core.issue import Finding

INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1

_CONTAINERS = (dict, list)

_AS_BYTES = re2.Options()
_AS_BYTES.encoding = re2.Options.Encoding.LATIN1
_AS_BYTES.never_capture = True
_SUSPECT = re2.compile(
    rb"(?:^|[:,\[\s])-?"  # where a number can start: ids of hexadecimal digits are full of look-alikes
    rb"(?:9[0-9]{18}|[0-9]{20}"  # the smallest integers out of range are 9.2e18
    rb"|[0-9.]+[eE]\+?[0-9]{3})",  # below 1e20 with an exponent of two digits is far from infinite
    _AS_BYTES,
)


def may_be_deeper(text: bytes, max_depth: int) -> bool:
    """Whether a JSON text could be nested deeper: never ``False`` for one that is.

    Every level takes an opening bracket, so few of them are proof enough. Deleting a byte counts it sooner than
    ``bytes.count`` does, which looks at one after the other.
    """
    kept = len(text.replace(b"{", b"")) + len(text.replace(b"[", b""))
    return 2 * len(text) - kept > max_depth


def may_be_out_of_range(text: bytes) -> bool:
    """Whether a JSON text could hold a number out of range: never ``False`` for one that does."""
    return _SUSPECT.search(text) is not None


def find_out_of_bounds(document: Json, max_depth: int) -> Finding | None:
    """The finding for a document that is too deep or holds a number out of range; ``None`` for any other.

    Depth is the number of objects and arrays inside one another: 0 for a bare string, 1 for ``{}``.
    Of several faults, depth wins over numbers. Goes level by level instead of recursing: no depth can
    exhaust the stack.
    """
    numbers: Finding | None = None
    level: list[Json] = [document]
    depth = 0
    while level:
        below: list[Json] = []
        nested = False
        for value in level:
            if isinstance(value, dict):
                nested = True
                below += value.values()
            elif isinstance(value, list):
                nested = True
                below += value
            elif isinstance(value, int):
                if not INT64_MIN <= value <= INT64_MAX:
                    numbers = out_of_range("integer")
            elif isinstance(value, float) and isinf(value):
                numbers = out_of_range("number")
        depth += nested
        if depth > max_depth:
            return too_deep(max_depth)
        level = below
    return numbers


def is_deeper(document: Json, max_depth: int) -> bool:
    """Whether a document is nested deeper than ``max_depth``, without a look at its numbers: several times as quick.

    Depth as in :func:`find_out_of_bounds`.
    """
    level: list[Any] = [document] if isinstance(document, _CONTAINERS) else []
    for _ in range(max_depth):
        level = [
            child
            for container in level
            for child in (container.values() if isinstance(container, dict) else container)
            if isinstance(child, _CONTAINERS)
        ]
        if not level:
            return False
    return bool(level)


def too_deep(max_depth: int) -> Finding:
    """``corrupt.depth``, without saying how deep: nobody counted to the end."""
    return Finding(
        IssueCode.CORRUPT_DEPTH,
        expected=f"at most {max_depth} objects and arrays inside one another",
        actual_masked=f"more than {max_depth}",
    )


def out_of_range(kind: str) -> Finding:
    """``corrupt.number_range`` for an ``integer`` past 64 bits, or a ``number`` past what a double holds."""
    return Finding(
        IssueCode.CORRUPT_NUMBER_RANGE,
        expected="integers from -2^63 to 2^63-1, and numbers that a 64-bit float can hold",
        actual_masked=kind,
    )
