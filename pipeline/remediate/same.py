"""Equality as JSON has it."""

from ..core.document import Json


def same(one: Json, other: Json) -> bool:
    """Whether two values are one in JSON, where true is not 1, and 1.0 is written otherwise than 1."""
    if type(one) is not type(other):
        return False
    match one, other:
        case dict(), dict():
            return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
        case list(), list():
            return len(one) == len(other) and all(map(same, one, other))
        case _:
            return one == other
