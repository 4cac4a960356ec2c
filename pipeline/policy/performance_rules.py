"""``policies/performance.yaml``: Budgets of size, time and structure (S0-18, S0-19, S0-27, S0-29, S0-33, S0-41)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..core.document import Json
from ..core.errors import Problem
from .fields import Fields
from .named import named_entries, subject_entries
from .rule_fields import number
from .subject import Subject

KEYS = ("structure", "subjects")
STRUCTURE_KEYS = ("from_bytes", "max_depth", "max_members", "max_elements", "repeated_bytes")
SUBJECT_KEYS = ("max_bytes", "duration", "workflow", "slow_ms", "excessive_ms", "workflows", "measurements")
DURATION_KEYS = ("slow_ms", "excessive_ms")
MEASUREMENT_KEYS = ("at", "median", "mad", "k")

MOST_BYTES = 1_048_576
MOST_MS = 10_000_000_000
"""Four months."""
MOST_NUMBER = 1e15


@dataclass(frozen=True, slots=True)
class StructureBudget:
    """What a trace of any subject may look like before its shape costs its readers (S0-33)."""

    from_bytes: int = 8_192
    """Smaller traces are not looked at: their shape costs nobody much, and looking would cost us."""
    max_depth: int = 32
    max_members: int = 1_000
    """Of one object."""
    max_elements: int = 5_000
    """Of one array."""
    repeated_bytes: int = 4_096
    """A text of so many bytes of UTF-8, or more, is expected once."""


@dataclass(frozen=True, slots=True)
class DurationBudget:
    """Milliseconds that a run may take (S0-19, S0-27); ``None``: as long as it likes."""

    slow_ms: int | None = None
    excessive_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Measurement:
    """What is usual of a number in the trace: ``median`` ± ``k`` · ``mad``, its median absolute deviation (S0-29)."""

    name: str
    at: tuple[str, ...]
    median: float
    mad: float
    k: float


@dataclass(frozen=True, slots=True)
class SubjectBudget:
    """The budgets of one subject."""

    max_bytes: int | None = None
    duration_at: tuple[str, ...] | None = None
    """Where the trace says how many milliseconds it took; else it is its end minus its time."""
    workflow_at: tuple[str, ...] | None = None
    duration: DurationBudget = DurationBudget()
    workflows: Mapping[str, DurationBudget] = field(default_factory=dict[str, DurationBudget])
    """By name: instead of ``duration``."""
    measurements: tuple[Measurement, ...] = ()


@dataclass(frozen=True, slots=True)
class PerformanceRules:
    """Settings of the detector ``performance``; the defaults are those of a bundle without the file."""

    structure: StructureBudget = StructureBudget()
    subjects: Mapping[str, SubjectBudget] = field(default_factory=dict[str, SubjectBudget])


def parse_performance(
    where: str, document: Json, subjects: Mapping[str, Subject], problems: list[Problem]
) -> PerformanceRules:
    """The rules; an absent key has its default."""
    fields = Fields(where, document, KEYS, problems)
    return PerformanceRules(
        structure=_structure(fields, problems),
        subjects={
            subject.name: _subject(entry, problems)
            for subject, entry in subject_entries(fields, SUBJECT_KEYS, subjects, problems)
        },
    )


def _structure(fields: Fields, problems: list[Problem]) -> StructureBudget:
    entry = Fields(
        fields.place("structure"),
        fields.get("structure") if fields.has("structure") else {},
        STRUCTURE_KEYS,
        problems,
    )
    ranges = {
        "from_bytes": (0, MOST_BYTES),
        "max_depth": (1, 200),
        "max_members": (1, MOST_BYTES),
        "max_elements": (1, MOST_BYTES),
        "repeated_bytes": (16, MOST_BYTES),
    }
    default = StructureBudget()
    given = {
        key: entry.integer(key, low, high, default=getattr(default, key))
        for key, (low, high) in ranges.items()
    }
    return StructureBudget(**{key: value for key, value in given.items() if value is not None})


def _subject(entry: Fields, problems: list[Problem]) -> SubjectBudget:
    workflow_at = entry.pointer("workflow")
    workflows = {
        name: _duration(workflow)
        for name, workflow in named_entries(entry, "workflows", DURATION_KEYS, problems)
    }
    if workflows and workflow_at is None:
        entry.problem("workflows", "need the key workflow", "Say where a trace names its workflow")
    measurements = (
        _measurement(name, measurement)
        for name, measurement in named_entries(entry, "measurements", MEASUREMENT_KEYS, problems)
    )
    return SubjectBudget(
        max_bytes=_optional(entry, "max_bytes", MOST_BYTES),
        duration_at=entry.pointer("duration"),
        workflow_at=workflow_at,
        duration=_duration(entry),
        workflows=workflows,
        measurements=tuple(one for one in measurements if one is not None),
    )


def _duration(entry: Fields) -> DurationBudget:
    slow, excessive = _optional(entry, "slow_ms", MOST_MS), _optional(entry, "excessive_ms", MOST_MS)
    if slow is not None and excessive is not None and excessive <= slow:
        entry.problem("excessive_ms", f"{excessive} is not more than slow_ms", "Slow comes before excessive")
    return DurationBudget(slow_ms=slow, excessive_ms=excessive)


def _measurement(name: str, entry: Fields) -> Measurement | None:
    if not entry.has("at"):
        entry.problem("at", "is missing", "Say where the number stands, as a JSON Pointer")
    at = entry.pointer("at")
    median = number(entry, "median", -MOST_NUMBER, MOST_NUMBER)
    mad, k = number(entry, "mad", 0.0, MOST_NUMBER), number(entry, "k", 0.0, MOST_NUMBER)
    for key, value in (("mad", mad), ("k", k)):
        if value == 0:
            entry.problem(key, "0 would make every other value unusual", "Choose a number above 0")
    if at is None or median is None or not mad or not k:
        return None
    return Measurement(name=name, at=at, median=median, mad=mad, k=k)


def _optional(entry: Fields, key: str, most: int) -> int | None:
    return entry.integer(key, 1, most) if entry.has(key) else None
