"""Where a step of a remediation rule works: a place in the trace, or one that the issue names."""

import re
from dataclasses import dataclass
from typing import Final

from ..core.document import format_pointer, parse_pointer
from ..core.word import Word
from .fields import Fields
from .quoted import quoted

EACH: Final = "*"
"""A token that stands for every element of a list; in the path of an issue, for a name that may not be shown."""

_PLACE = re.compile(r"(?P<base>@(?:\.\.)?)?(?P<pointer>(?:/(?:[^~/]|~[01])+)*)")


class Base(Word):
    """What the tokens of a place are counted from."""

    TRACE = "trace"
    ISSUE = "issue"
    """Where the issue is: written ``@``."""
    PARENT = "parent"
    """What holds the place of the issue: written ``@..``, so that ``@../id`` is a sibling."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place as a rule's author writes it: ``/steps/*/name``, ``@``, ``@/name`` or ``@../name``."""

    base: Base
    tokens: tuple[str, ...]

    def __str__(self) -> str:
        return f"{_WRITTEN[self.base]}{format_pointer(self.tokens)}"


_BASES = {None: Base.TRACE, "@": Base.ISSUE, "@..": Base.PARENT}
_WRITTEN = {Base.TRACE: "", Base.ISSUE: "@", Base.PARENT: "@.."}
AT_ISSUE: Final = Place(Base.ISSUE, ())


def tokens_of(path: str) -> tuple[str, ...]:
    """The place of an issue. A path that is no pointer is a place that nobody knows; never raises (D-15)."""
    try:
        return parse_pointer(path)
    except ValueError:
        return (EACH,)


def shape(tokens: tuple[str, ...]) -> tuple[str, ...]:
    """The same place in any element of a list: how rules name it."""
    return tuple(EACH if token.isdecimal() else token for token in tokens)


def parse_place(fields: Fields, key: str, default: Place | None = None) -> Place | None:
    """The place at ``key``; ``default`` when absent, a problem when there is none. The whole trace is no place."""
    value = fields.get(key)
    if not fields.has(key) and default is not None:
        return default
    found = _PLACE.fullmatch(value) if isinstance(value, str) and value else None
    if found is None:
        why = f"{quoted(value)} is no place" if fields.has(key) else "is missing"
        fields.problem(key, why, "Write it as /member/member, @ (where the issue is) or @../sibling")
        return None
    return Place(_BASES[found["base"]], parse_pointer(found["pointer"]))
