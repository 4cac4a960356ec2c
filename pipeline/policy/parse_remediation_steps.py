"""Key ``steps`` of a remediation rule."""

import re
from collections.abc import Callable, Mapping
from typing import Final, TypeVar

from ..core.document import Json
from ..core.errors import Problem
from .fields import Fields, closest
from .parse_versions import VERSION
from .quoted import quoted
from .remediation_place import AT_ISSUE, EACH, Base, Place, parse_place
from .remediation_steps import (
    Add,
    Alias,
    Cast,
    ClaimCheck,
    Clamp,
    Default,
    Identifier,
    Known,
    Move,
    Remove,
    Rename,
    Replace,
    Simple,
    Step,
    Time,
    Trim,
    Type,
    Upgrade,
)
from .rule_fields import NAME, entries

S = TypeVar("S")
MOST_STEPS: Final = 64
_LEAST_BLOB: Final = 256
_MOST_BLOB: Final = 1_000_000_000


def parse_steps(parent: Fields, problems: list[Problem]) -> tuple[Step, ...]:
    """The steps of a rule, at least one."""
    found: list[Step] = []
    for fields in _entries(parent, problems):
        match _word(fields, (*_SIMPLE, *_ISSUE, "upgrade")):
            case "upgrade":
                step: Step | None = _upgrade(fields, problems)
            case str(word) if word in _SIMPLE:
                step = _SIMPLE[word](fields)
            case str(word):
                step = _ISSUE[word](fields)
            case None:
                step = None
        if step is not None:
            found.append(step)
    return tuple(found)


def _entries(parent: Fields, problems: list[Problem]) -> list[Fields]:
    found = list(entries(parent, "steps", _KEYS, problems))
    if not found and (not parent.has("steps") or parent.get("steps") == []):
        parent.problem(
            "steps", "says nothing to do", "Write at least one, such as {do: remove, path: /member}"
        )
    if len(found) > MOST_STEPS:
        parent.problem("steps", f"has more than {MOST_STEPS}", "Make two rules of it")
    return found[:MOST_STEPS]


_KEYS: Final = (
    *("do", "path", "value", "with", "to", "name", "from"),
    *("steps", "trim", "at_least"),
)


def _word(fields: Fields, words: tuple[str, ...]) -> str | None:
    word = fields.get("do")
    if isinstance(word, str) and word in words:
        return word
    why = f"{quoted(word)} is no step" if fields.has("do") else "is missing"
    fields.problem("do", why, closest(str(word), words))
    return None


def _only(fields: Fields, *allowed: str) -> None:
    for key in _KEYS:
        if key != "do" and fields.has(key) and key not in allowed:
            fields.problem(key, f"means nothing to {fields.get('do')}", f"Use {', '.join(allowed)}")


def _add(fields: Fields) -> Add | None:
    _only(fields, "path", "value", "with")
    path = parse_place(fields, "path")
    return Add(path, _value(fields)) if _has_value(fields) and path is not None else None


def _replace(fields: Fields) -> Replace | None:
    _only(fields, "path", "value", "with")
    path = parse_place(fields, "path")
    return Replace(path, _value(fields)) if _has_value(fields) and path is not None else None


def _has_value(fields: Fields) -> bool:
    if fields.has("value") != fields.has("with"):
        return not fields.has("with") or fields.word("with", Known) is not None
    fields.problem("value", "and with: give one of the two", "Write value: …, or with: tenant")
    return False


def _value(fields: Fields) -> "Json | Known":
    return Known(str(fields.get("with"))) if fields.has("with") else fields.get("value")


def _remove(fields: Fields) -> Remove | None:
    _only(fields, "path")
    path = parse_place(fields, "path")
    return None if path is None else Remove(path)


def _cast(fields: Fields) -> Cast | None:
    _only(fields, "path", "to")
    path = parse_place(fields, "path", AT_ISSUE)
    to = fields.word("to", Type) if fields.has("to") else Type.EXPECTED
    return None if path is None or to is None else Cast(path, to)


def _rename(fields: Fields) -> Rename | None:
    _only(fields, "path", "name")
    path, name = parse_place(fields, "path"), fields.text("name", NAME)
    return None if path is None or name is None else Rename(path, name)


def _move(fields: Fields) -> Move | None:
    _only(fields, "from", "to")
    source, target = parse_place(fields, "from"), parse_place(fields, "to")
    if source is None or target is None:
        return None
    for key, place in (("from", source), ("to", target)):
        if EACH in place.tokens:
            fields.problem(key, "stands for many places", "Name one place, or use @ and @../sibling")
            return None
    return Move(source, target)


def _upgrade(fields: Fields, problems: list[Problem]) -> Upgrade | None:
    _only(fields, "from", "to", "steps")
    old, new = fields.text("from", VERSION), fields.text("to", VERSION)
    steps: list[Simple] = []
    for inner in entries(fields, "steps", _KEYS, problems):
        word = _word(inner, tuple(_SIMPLE))
        step = None if word is None else _SIMPLE[word](inner)
        for place in () if step is None else places_of(step):
            if place.base is not Base.TRACE:
                inner.problem(
                    "path", "is where an issue is", "An upgrade works on the whole trace: /member/member"
                )
        if step is not None:
            steps.append(step)
    return None if old is None or new is None else Upgrade(old, new, tuple(steps))


def places_of(step: Simple) -> tuple[Place, ...]:
    """Every place that a step names."""
    return (step.source, step.target) if isinstance(step, Move) else (step.path,)


def _default(fields: Fields) -> Default | None:
    return _at(fields, Default)


def _alias(fields: Fields) -> Alias | None:
    return _at(fields, Alias)


def _clamp(fields: Fields) -> Clamp | None:
    return _at(fields, Clamp)


def _time(fields: Fields) -> Time | None:
    return _at(fields, Time)


def _at(fields: Fields, kind: Callable[[Place], S]) -> S | None:
    _only(fields, "path")
    path = parse_place(fields, "path", AT_ISSUE)
    return None if path is None else kind(path)


def _identifier(fields: Fields) -> Identifier | None:
    _only(fields, "path", "trim")
    path = parse_place(fields, "path", AT_ISSUE)
    words = fields.texts("trim", _TRIM)
    if not words:
        fields.problem("trim", "says nothing to do", f"Write [{', '.join(Trim)}], or one of them")
    return None if path is None or not words else Identifier(path, frozenset(map(Trim, words)))


def _claim_check(fields: Fields) -> ClaimCheck | None:
    _only(fields, "path", "at_least")
    path, size = parse_place(fields, "path"), fields.integer("at_least", _LEAST_BLOB, _MOST_BLOB)
    return None if path is None or size is None else ClaimCheck(path, size)


_TRIM: Final = re.compile("|".join(Trim))
_SIMPLE: Final[Mapping[str, Callable[[Fields], Simple | None]]] = {
    "add": _add,
    "replace": _replace,
    "remove": _remove,
    "cast": _cast,
    "rename": _rename,
    "move": _move,
}
_ISSUE: Final[Mapping[str, Callable[[Fields], Step | None]]] = {
    "default": _default,
    "alias": _alias,
    "clamp": _clamp,
    "time": _time,
    "identifier": _identifier,
    "claim_check": _claim_check,
}
STEP_WORDS: Final = (*_SIMPLE, *_ISSUE, "upgrade")
"""Every step that there is."""
