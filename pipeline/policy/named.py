"""Mappings in policy files whose keys are names: of subjects, workflows, producers."""

from collections.abc import Iterator, Mapping, Sequence

from ..core.errors import Problem
from .fields import Fields
from .rule_fields import mapping
from .subject import Subject


def named_entries(
    fields: Fields, key: str, known: Sequence[str], problems: list[Problem]
) -> Iterator[tuple[str, Fields]]:
    """Each name under ``key`` with the settings of its entry; nothing when the key is absent."""
    for name, entry in mapping(fields, key).items():
        yield name, Fields(fields.place(f"{key}.{name}"), entry, known, problems)


def subject_entries(
    fields: Fields, known: Sequence[str], subjects: Mapping[str, Subject], problems: list[Problem]
) -> Iterator[tuple[Subject, Fields]]:
    """The settings of each subject under ``subjects``; a subject that the bundle does not have is a problem."""
    for name, entry in named_entries(fields, "subjects", known, problems):
        if name in subjects:
            yield subjects[name], entry
        else:
            entry.problem("", "is no subject", f"Use one of {', '.join(sorted(subjects))}")
