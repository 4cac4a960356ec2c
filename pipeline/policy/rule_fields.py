"""What the files of the detectors have in common: settings under ``subjects:``, names, pointers, numbers."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from ..core.document import Json, parse_pointer
from ..core.errors import Problem
from .fields import Fields
from .subject import Subject

NAME: Final = re.compile(r"[^\x00-\x1f]{1,256}")
"""A status, a type, a member: what a trace may call things."""
RULE_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
"""What a finding calls the rule that it broke."""
POINTER: Final = re.compile(r"(?:/(?:[^~/]|~[01])*)+")
"""A JSON Pointer (RFC 6901) to a member."""

Tokens = tuple[str, ...]


def subject_fields(
    where: str,
    document: Json,
    known: Sequence[str],
    subjects: Mapping[str, Subject],
    problems: list[Problem],
) -> Iterator[tuple[Subject, Fields]]:
    """The settings of each subject under ``subjects:``; a subject that the bundle does not have is a problem."""
    fields = Fields(where, document, ("subjects",), problems)
    if not fields.has("subjects"):
        return
    for name, settings in mapping(fields, "subjects").items():
        if name in subjects:
            yield subjects[name], Fields(fields.place(f"subjects.{name}"), settings, known, problems)
        else:
            fields.problem(f"subjects.{name}", "is no subject", f"Use one of {', '.join(sorted(subjects))}")


def mapping(fields: Fields, key: str) -> Mapping[str, Json]:
    """The mapping at ``key``; empty when absent or wrong."""
    value = fields.get(key)
    if isinstance(value, dict):
        return value
    if fields.has(key):
        fields.problem(key, "is not a mapping", "Write it as key: value, one a line")
    return {}


def section(fields: Fields, key: str, known: Sequence[str], problems: list[Problem]) -> Fields | None:
    """The settings at ``key``; ``None`` when they are not there, which switches off what they are about."""
    return Fields(fields.place(key), fields.get(key), known, problems) if fields.has(key) else None


def entries(fields: Fields, key: str, known: Sequence[str], problems: list[Problem]) -> Iterator[Fields]:
    """The settings of each entry of the list at ``key``."""
    value = fields.get(key)
    if isinstance(value, list):
        for index, entry in enumerate(value):
            yield Fields(fields.place(f"{key}[{index}]"), entry, known, problems)
    elif fields.has(key):
        fields.problem(key, "is not a list", "Write each entry behind a dash")


def words(fields: Fields, key: str) -> frozenset[str] | None:
    """A list of names as a set; ``None`` when absent, which is not the same as an empty one."""
    return frozenset(fields.texts(key, NAME)) if fields.has(key) else None


def name(fields: Fields, key: str, default: str) -> str:
    """The name of a member; ``default`` when absent."""
    return (fields.text(key, NAME) or default) if fields.has(key) else default


def pointers(fields: Fields, key: str) -> tuple[Tokens, ...]:
    """The tokens of each JSON Pointer in a list; empty when absent."""
    return tuple(parse_pointer(text) for text in fields.texts(key, POINTER))


def number(fields: Fields, key: str, low: float, high: float, default: float | None = None) -> float | None:
    """A number in a range, both ends included; ``default`` when absent, a problem when there is none."""
    value = fields.get(key) if fields.has(key) else default
    if isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high:
        return value
    why = f"{value!r} is not a number from {low} to {high}" if fields.has(key) else "is missing"
    fields.problem(key, why, f"Choose a number from {low} to {high}")
    return None


def versions(fields: Fields, key: str, subject: Subject) -> frozenset[str]:
    """Versions of the subject's schema; one that it does not have is a problem."""
    named = words(fields, key) or frozenset()
    for version in sorted(named - set(subject.schemas)):
        fields.problem(
            key, f"{version!r} is no version of {subject.name}", "Name versions that have a schema"
        )
    return named


def rule_id(fields: Fields) -> str | None:
    """``name@version``: how findings name a rule that somebody wrote."""
    rule_name, version = fields.text("name", RULE_NAME), fields.integer("version", 1, 1_000_000)
    return None if rule_name is None or version is None else f"{rule_name}@{version}"


def refuse_doubles(fields: Fields, key: str, names: Sequence[str]) -> None:
    """A problem for each rule that has the name of another."""
    for double in sorted({text for text in names if names.count(text) > 1}):
        fields.problem(
            key, f"two rules are called {double}", "Give each rule a name of its own, or raise the version"
        )
