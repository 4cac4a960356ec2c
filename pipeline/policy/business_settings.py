"""What cannot be in the traces of one subject, and what says nothing to their readers (S0-16, S0-17, S0-20, S0-28, S0-34, S0-35)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..core.word import Word
from .cel_rule import CelRule

Tokens = tuple[str, ...]


class Presence(Word):
    """Whether a state has a member."""

    REQUIRED = "required"
    FORBIDDEN = "forbidden"
    OPTIONAL = "optional"


class Relation(Word):
    """How a total stands to what it is the total of."""

    EQUALS = "equals"
    AT_MOST = "at_most"
    AT_LEAST = "at_least"


class Source(Word):
    """Where the parts of a total come from."""

    DURATION = "duration"
    """From the trace's start to its end."""
    STEP_DURATIONS = "step_durations"
    """The same of each step, added up."""
    MEMBERS = "members"
    """Numbers at several places, added up."""
    EACH_STEP = "each_step"
    """A number of each step, added up."""


@dataclass(frozen=True, slots=True)
class StepMembers:
    """What the steps of a subject call things; ``None`` for what they do not have."""

    id: str | None = None
    parent: str | None = None
    type: str | None = None
    name: str | None = None
    status: str | None = None
    started: str | None = None
    ended: str | None = None


@dataclass(frozen=True, slots=True)
class State:
    """What else holds of a trace in one status."""

    ended: Presence = Presence.OPTIONAL
    steps: frozenset[str] | None = None
    """Statuses that its steps may have; ``None``: any."""
    repeated: frozenset[str] = frozenset()
    """Statuses that a step may have besides, if a later one of its type and name has one of ``steps``."""


@dataclass(frozen=True, slots=True)
class Total:
    """A number that agrees with others of the trace."""

    rule: str
    total: Tokens
    source: Source
    relation: Relation
    members: tuple[Tokens, ...] = ()
    """Of ``Source.MEMBERS``: where; of ``Source.EACH_STEP``: one pointer, into the step."""
    unit_ns: int = 1_000_000
    """Of a total that is a duration."""
    tolerance: float = 0
    """In the total's own unit."""
    tolerance_percent: float = 0
    """Of the larger of the two sides; added to ``tolerance``."""


@dataclass(frozen=True, slots=True)
class Minimum:
    """The least trust score, by what stands at a pointer."""

    at: Tokens
    least: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Trust:
    """The least trust score of a trace; the strictest minimum that applies counts."""

    minimum: float = 0
    by: tuple[Minimum, ...] = ()


@dataclass(frozen=True, slots=True)
class Metadata:
    """Members that explain a trace; asked for only where the object around them is there."""

    fields: tuple[Tokens, ...]
    statuses: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Unclear:
    """Words that say nothing, and where they must not stand."""

    words: frozenset[str] = frozenset()
    """In the spellings in which they count; see ``spellings``."""
    fields: tuple[Tokens, ...] = ()
    step_fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Patterns:
    """What healthy runs do not do; ``None``: not counted."""

    most_repeats: int | None = None
    """Steps of one type and name in a trace."""
    most_failures: int | None = None
    """Failed ones among them."""
    failed: frozenset[str] = frozenset(("failed",))


@dataclass(frozen=True, slots=True)
class SubjectBusiness:
    """The settings for one subject. What is absent is not looked at."""

    steps: StepMembers = field(default_factory=StepMembers)
    states: Mapping[str, State] = field(default_factory=dict[str, State])
    unfinished: frozenset[str] = frozenset()
    """Statuses of steps that have no end yet."""
    tolerance_ms: int = 0
    """How far a step may reach out of its trace: clocks of several machines differ."""
    totals: tuple[Total, ...] = ()
    trust: Trust | None = None
    metadata: tuple[Metadata, ...] = ()
    unclear: Unclear = field(default_factory=Unclear)
    patterns: Patterns = field(default_factory=Patterns)
    rules: tuple[CelRule, ...] = ()
