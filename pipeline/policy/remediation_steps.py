"""What a remediation rule may do to a trace: a closed set, each of which can be undone (DESIGN 8)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from ..core.document import Json
from ..core.word import Word
from .remediation_place import Place


class Known(Word):
    """What a step may write that no file declares, because it is known of the trace from elsewhere."""

    TENANT = "tenant"
    """The tenant that the trace came from."""


class Type(Word):
    """What ``cast`` makes of a value."""

    EXPECTED = "expected"
    """The first type that the issue expects and that the value can be without loss."""
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    STRING = "string"


class Trim(Word):
    """What ``identifier`` does to a text."""

    STRIP = "strip"
    """Take white space away at both ends."""
    LOWER = "lower"
    """Write A-Z in lower case."""


@dataclass(frozen=True, slots=True)
class Add:
    """Write a declared value where there is nothing, or ``null``."""

    path: Place
    value: "Json | Known"


@dataclass(frozen=True, slots=True)
class Replace:
    """Write a declared value in place of what is there."""

    path: Place
    value: "Json | Known"


@dataclass(frozen=True, slots=True)
class Remove:
    """Take a member of an object away."""

    path: Place


@dataclass(frozen=True, slots=True)
class Cast:
    """Write the same value as another JSON type, where nothing of it is lost."""

    path: Place
    to: Type


@dataclass(frozen=True, slots=True)
class Rename:
    """Give a member another name, where that name is free."""

    path: Place
    name: str


@dataclass(frozen=True, slots=True)
class Move:
    """Put a member somewhere else, where nothing stands, or ``null``."""

    source: Place
    target: Place


@dataclass(frozen=True, slots=True)
class Upgrade:
    """Lead from one schema version to another: only where the trace has the first; afterwards it has the second."""

    from_version: str
    to_version: str
    steps: tuple["Simple", ...]


@dataclass(frozen=True, slots=True)
class Default:
    """Write the value of ``field_defaults`` for this place, where there is nothing, or ``null`` (S0-136)."""

    path: Place


@dataclass(frozen=True, slots=True)
class Alias:
    """Replace a word by the one that ``aliases`` has for it at this place."""

    path: Place


@dataclass(frozen=True, slots=True)
class Clamp:
    """Bring a number into its range of ``ranges``, when it lies no further outside than the slack."""

    path: Place


@dataclass(frozen=True, slots=True)
class Time:
    """Write a time as RFC 3339 with nine digits and ``Z``. One without a zone only where ``zones`` has its producer."""

    path: Place


@dataclass(frozen=True, slots=True)
class Identifier:
    """Write an id in its normal form."""

    path: Place
    trims: frozenset[Trim]


@dataclass(frozen=True, slots=True)
class ClaimCheck:
    """Replace each large text below this place by its hash and size. The text stays in the raw record and the receipt."""

    path: Place
    at_least: int
    """Bytes in UTF-8."""


Simple: TypeAlias = Add | Replace | Remove | Cast | Rename | Move
"""Steps that may stand inside an upgrade."""
Step: TypeAlias = Simple | Upgrade | Default | Alias | Clamp | Time | Identifier | ClaimCheck

Tokens: TypeAlias = tuple[str, ...]


class Unit(Word):
    """What the numbers are that stand in place of a time, counted from 1970."""

    SECONDS = "s"
    MILLISECONDS = "ms"
    MICROSECONDS = "us"
    NANOSECONDS = "ns"


@dataclass(frozen=True, slots=True)
class Range:
    """What a number may be, and how far outside one is still taken for rounding."""

    low: float
    high: float
    slack: float


@dataclass(frozen=True, slots=True)
class Parameters:
    """What the owner of a rule declares: the only source of values that a repair may write (D-10).

    Places are shapes: ``*`` stands for any index of a list.
    """

    field_defaults: Mapping[Tokens, Json]
    aliases: Mapping[Tokens, Mapping[str, Json]]
    """Place → the word that came, a number as JSON writes it → what is meant."""
    ranges: Mapping[Tokens, Range]
    zones: Mapping[str, int]
    """Producer's name → minutes ahead of UTC of the clock that it writes."""
    units: Mapping[Tokens, Unit]
    """Place → what a number there counts."""
