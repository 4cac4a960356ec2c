"""When a remediation rule may act on an issue: a closed set of tests on the trace (DESIGN 8)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from ..core.document import Json
from ..core.errors import Problem
from .fields import Fields, closest
from .patterns import REMEDY, refusal
from .quoted import quoted
from .remediation_place import Place, parse_place
from .rule_fields import entries

MOST_CONDITIONS: Final = 32
_MOST_SIZE: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class ValueIs:
    """What stands there is one of these values; ``1``, ``1.0`` and ``true`` are three different ones."""

    path: Place
    values: tuple[Json, ...]


@dataclass(frozen=True, slots=True)
class TextMatches:
    """What stands there is a text in which the pattern (RE2) is found; ``^`` and ``$`` tie it to the ends."""

    path: Place
    regex: str


@dataclass(frozen=True, slots=True)
class SizeIs:
    """What stands there is a text, list or object of so many characters, elements or members."""

    path: Place
    at_least: int
    at_most: int


@dataclass(frozen=True, slots=True)
class Exists:
    """Whether there is anything, ``null`` included."""

    path: Place
    exists: bool


Condition: TypeAlias = ValueIs | TextMatches | SizeIs | Exists
_TESTS: Final = ("value", "regex", "size", "exists")
_KEYS: Final = ("test", "path")


def parse_conditions(parent: Fields, problems: list[Problem]) -> tuple[Condition, ...]:
    """The conditions of a rule; all of them must hold. None when the key is absent."""
    found: list[Condition] = []
    for index, fields in enumerate(
        entries(
            parent,
            "conditions",
            (*_KEYS, "equals", "one_of", "regex", "at_least", "at_most", "exists"),
            problems,
        )
    ):
        if index == MOST_CONDITIONS:
            parent.problem("conditions", f"has more than {MOST_CONDITIONS} tests", "Make two rules of it")
            break
        condition = _condition(fields)
        if condition is not None:
            found.append(condition)
    return tuple(found)


def _condition(fields: Fields) -> Condition | None:
    test, path = fields.get("test"), parse_place(fields, "path")
    match test:
        case "value":
            _only(fields, ("equals", "one_of"))
            values = _values(fields)
            return None if values is None or path is None else ValueIs(path, values)
        case "regex":
            _only(fields, ("regex",))
            pattern = parse_regex(fields, "regex")
            return None if pattern is None or path is None else TextMatches(path, pattern)
        case "size":
            _only(fields, ("at_least", "at_most"))
            low, high = (
                fields.integer("at_least", 0, _MOST_SIZE, 0),
                fields.integer("at_most", 0, _MOST_SIZE, _MOST_SIZE),
            )
            return None if low is None or high is None or path is None else SizeIs(path, low, high)
        case "exists":
            _only(fields, ("exists",))
            exists = parse_truth(fields, "exists", default=True)
            return None if exists is None or path is None else Exists(path, exists)
        case _:
            why = f"{quoted(test)} is no test" if fields.has("test") else "is missing"
            fields.problem("test", why, closest(str(test), _TESTS))
            return None


def _values(fields: Fields) -> tuple[Json, ...] | None:
    if fields.has("equals") and not fields.has("one_of"):
        return (fields.get("equals"),)
    listed = fields.get("one_of")
    if isinstance(listed, list) and listed and not fields.has("equals"):
        return tuple(listed)
    fields.problem("equals", "says no value to compare with", "Write equals: value, or one_of: [values]")
    return None


def parse_regex(fields: Fields, key: str) -> str | None:
    """A pattern that runs in linear time."""
    pattern = fields.get(key)
    if not isinstance(pattern, str):
        fields.problem(key, "is no text" if fields.has(key) else "is missing", "Write a pattern, in quotes")
        return None
    why = refusal(pattern)
    if why is not None:
        fields.problem(key, why, REMEDY)
        return None
    return pattern


def parse_truth(fields: Fields, key: str, *, default: bool | None = None) -> bool | None:
    """``true`` or ``false``; ``default`` when absent, a problem when there is none."""
    value = fields.get(key) if fields.has(key) else default
    if isinstance(value, bool):
        return value
    why = f"{quoted(value)} is not true or false" if fields.has(key) else "is missing"
    fields.problem(key, why, "Write true or false")
    return None


def _only(fields: Fields, allowed: Sequence[str]) -> None:
    """A problem for each key that belongs to another test."""
    for key in ("equals", "one_of", "regex", "at_least", "at_most", "exists"):
        if fields.has(key) and key not in allowed:
            fields.problem(key, "belongs to another test", f"Use {', '.join(allowed)}")
