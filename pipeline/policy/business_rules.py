"""``policies/business.yaml``: States, sums and rules across fields (S0-16, S0-17, S0-20, S0-34, S0-35, S0-40)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..core.codes import IssueCode
from ..core.document import Json
from ..core.errors import Problem
from .business_settings import (
    Metadata,
    Minimum,
    Patterns,
    Presence,
    State,
    StepMembers,
    SubjectBusiness,
    Trust,
    Unclear,
)
from .business_totals import parse_totals
from .cel_rule import parse_cel_rules
from .fields import Fields
from .rule_fields import NAME, entries, mapping, number, pointers, section, subject_fields, words
from .subject import Subject

CODES = frozenset(code for code in IssueCode if code.family == "business")
"""What a rule of an owner's own may say."""

_KEYS = (
    *("steps", "states", "unfinished", "tolerance_ms", "totals", "trust"),
    *("metadata", "unclear", "patterns", "rules"),
)
_STEP_KEYS = ("id", "parent", "type", "name", "status", "started", "ended")


@dataclass(frozen=True, slots=True)
class BusinessRules:
    """Settings of the detector ``business``; the defaults are those of a bundle without the file."""

    subjects: Mapping[str, SubjectBusiness] = field(default_factory=dict[str, SubjectBusiness])


def parse_business(
    where: str, document: Json, subjects: Mapping[str, Subject], problems: list[Problem]
) -> BusinessRules:
    """The rules; an absent key has its default."""
    return BusinessRules(
        {
            subject.name: _subject(subject, fields, problems)
            for subject, fields in subject_fields(where, document, _KEYS, subjects, problems)
        }
    )


def _subject(subject: Subject, fields: Fields, problems: list[Problem]) -> SubjectBusiness:
    pointed = subject.pointers
    needs = {
        "steps": pointed.steps,
        "patterns": pointed.steps,
        "states": pointed.status,
        "trust": pointed.trust_score,
    }
    for key, tokens in needs.items():
        if fields.has(key) and tokens is None:
            fields.problem(
                key, f"{subject.name} does not point to what it is about", "Add it to its subject.yaml"
            )
    return SubjectBusiness(
        steps=_step_members(fields, problems),
        states=_states(fields, problems),
        unfinished=words(fields, "unfinished") or frozenset(),
        tolerance_ms=fields.integer("tolerance_ms", 0, 86_400_000, default=0) or 0,
        totals=parse_totals(fields, "totals", problems),
        trust=_trust(fields, problems),
        metadata=_metadata(fields, problems),
        unclear=_unclear(fields, problems),
        patterns=_patterns(fields, problems),
        rules=parse_cel_rules(fields, "rules", CODES, problems),
    )


def _step_members(parent: Fields, problems: list[Problem]) -> StepMembers:
    fields = section(parent, "steps", _STEP_KEYS, problems)
    if fields is None:
        return StepMembers()
    return StepMembers(**{key: fields.text(key, NAME) for key in _STEP_KEYS if fields.has(key)})


def _states(parent: Fields, problems: list[Problem]) -> Mapping[str, State]:
    states: dict[str, State] = {}
    for status, row in mapping(parent, "states").items():
        place = f"{parent.place('states')}.{status}"
        fields = Fields(place, row, ("ended", "steps", "repeated"), problems)
        ended = fields.get("ended") if fields.has("ended") else Presence.OPTIONAL.value
        if ended not in set(Presence):
            fields.problem("ended", f"{ended!r} is not a word for it", f"Use one of {', '.join(Presence)}")
            ended = Presence.OPTIONAL.value
        states[status] = State(
            Presence(str(ended)), words(fields, "steps"), words(fields, "repeated") or frozenset()
        )
    return states


def _trust(parent: Fields, problems: list[Problem]) -> Trust | None:
    fields = section(parent, "trust", ("minimum", "by"), problems)
    if fields is None:
        return None
    by: list[Minimum] = []
    for entry in entries(fields, "by", ("at", "minimums"), problems):
        at = entry.pointer("at")
        if at is None:
            entry.problem("at", "is missing", "Say where the name is that decides: /workflow_id")
            continue
        place = entry.place("minimums")
        least = mapping(entry, "minimums")
        numbers = Fields(place, {**least}, tuple(least), problems)
        read = {key: number(numbers, key, 0, 1) for key in least}
        by.append(Minimum(at, {key: value for key, value in read.items() if value is not None}))
    return Trust(number(fields, "minimum", 0, 1, default=0) or 0, tuple(by))


def _metadata(parent: Fields, problems: list[Problem]) -> tuple[Metadata, ...]:
    listed: list[Metadata] = []
    for fields in entries(parent, "metadata", ("fields", "statuses"), problems):
        expected = pointers(fields, "fields")
        if not expected:
            fields.problem("fields", "names nothing", "Name at least one, as /member/member")
        listed.append(Metadata(expected, words(fields, "statuses")))
    return tuple(listed)


def _unclear(parent: Fields, problems: list[Problem]) -> Unclear:
    fields = section(parent, "unclear", ("words", "fields", "step_fields"), problems)
    if fields is None:
        return Unclear()
    return Unclear(
        words=spellings(fields.texts("words", NAME)),
        fields=pointers(fields, "fields"),
        step_fields=fields.texts("step_fields", NAME),
    )


def spellings(listed: tuple[str, ...]) -> frozenset[str]:
    """Each word as it is written, in small letters, in capitals, and with one capital at its start."""
    return frozenset(
        spelled for word in listed for spelled in (word, word.lower(), word.upper(), word.capitalize())
    )


def _patterns(parent: Fields, problems: list[Problem]) -> Patterns:
    fields = section(parent, "patterns", ("most_repeats", "most_failures", "failed"), problems)
    if fields is None:
        return Patterns()
    repeats = fields.integer("most_repeats", 1, 10_000) if fields.has("most_repeats") else None
    failures = fields.integer("most_failures", 1, 10_000) if fields.has("most_failures") else None
    return Patterns(repeats, failures, words(fields, "failed") or Patterns().failed)
