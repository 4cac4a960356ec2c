"""``policies/time.yaml``: What timestamps may be (S4-60)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..core.document import Json
from ..core.errors import Problem
from .fields import Fields
from .named import named_entries, subject_entries
from .subject import Subject

KEYS = ("future_tolerance_s", "subjects")
SKEW_KEYS = ("skew_ahead_s", "skew_behind_s")
SUBJECT_KEYS = ("stale_after_s", *SKEW_KEYS, "producers")

MOST_S = 315_360_000
"""Ten years."""


@dataclass(frozen=True, slots=True)
class SkewLimits:
    """How many seconds a run may end after its record was made, and before; ``None``: no limit."""

    ahead_s: int | None = None
    behind_s: int | None = None


@dataclass(frozen=True, slots=True)
class SubjectTime:
    """What is allowed to one subject."""

    stale_after_s: int | None = None
    """A trace that arrives more seconds after its time is stale; ``None``: never."""
    skew: SkewLimits = SkewLimits()
    producers: Mapping[str, SkewLimits] = field(default_factory=dict[str, SkewLimits])
    """By the producer's name: instead of ``skew``."""


@dataclass(frozen=True, slots=True)
class TimeRules:
    """Settings of the detector ``time``; the defaults are those of a bundle without the file."""

    future_tolerance_s: int = 300
    """Clocks differ a little: a time is in the future only when it is so many seconds ahead."""
    subjects: Mapping[str, SubjectTime] = field(default_factory=dict[str, SubjectTime])


def parse_time(
    where: str, document: Json, subjects: Mapping[str, Subject], problems: list[Problem]
) -> TimeRules:
    """The rules; an absent key has its default."""
    fields = Fields(where, document, KEYS, problems)
    tolerance = fields.integer("future_tolerance_s", 0, MOST_S, default=TimeRules().future_tolerance_s)
    return TimeRules(
        future_tolerance_s=0 if tolerance is None else tolerance,
        subjects={
            subject.name: _subject(subject, entry, problems)
            for subject, entry in subject_entries(fields, SUBJECT_KEYS, subjects, problems)
        },
    )


def _subject(subject: Subject, entry: Fields, problems: list[Problem]) -> SubjectTime:
    if subject.pointers.time is None:
        entry.problem("", "has no pointers.time in its subject.yaml", "Declare it, or leave this out")
    stale = _seconds(entry, "stale_after_s", None)
    skew = _skew(entry, SkewLimits())
    producers = {
        name: _skew(producer, skew)
        for name, producer in named_entries(entry, "producers", SKEW_KEYS, problems)
    }
    if producers and subject.pointers.producer is None:
        entry.problem("producers", "need pointers.producer in subject.yaml", "Declare it there")
    for name, limits in {"": skew, **producers}.items():
        if stale is not None and limits.behind_s is not None and limits.behind_s >= stale:
            key = f"producers.{name}.skew_behind_s" if name else "skew_behind_s"
            entry.problem(
                key, f"{limits.behind_s} is not less than stale_after_s", "Skew comes before staleness"
            )
    return SubjectTime(stale_after_s=stale, skew=skew, producers=producers)


def _skew(entry: Fields, default: SkewLimits) -> SkewLimits:
    return SkewLimits(
        ahead_s=_seconds(entry, "skew_ahead_s", default.ahead_s),
        behind_s=_seconds(entry, "skew_behind_s", default.behind_s),
    )


def _seconds(entry: Fields, key: str, default: int | None) -> int | None:
    return entry.integer(key, 0, MOST_S) if entry.has(key) else default
