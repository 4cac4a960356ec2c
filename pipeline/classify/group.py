"""The issue groups of one trace: issues that are the same problem, counted together."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from ..core.fingerprint import fingerprint, shape
from .issue import ClassifiedIssue

_REMEMBERED = 8192
"""Groups whose fingerprint is kept at hand: a storm has few, and hashing them again takes longer than the rest."""


class IssueGroup(NamedTuple):
    """Issues of one trace with one fingerprint."""

    fingerprint: str
    path: str
    """Of all of them, without array indexes."""
    worst: ClassifiedIssue
    """The first of them; code, category and severity are those of all."""
    blocking: bool
    """Whether any of them blocks."""
    occurrences: int


def groups_of(
    issues: Sequence[ClassifiedIssue], subject: str, tenant: str, producer: str
) -> dict[str, IssueGroup]:
    """The groups by fingerprint, in the order in which they first occur."""
    groups: dict[str, IssueGroup] = {}
    for issue in issues:
        named, path = fingerprint_of(issue.code, subject, issue.path, tenant, producer)
        before = groups.get(named)
        if before is None:
            groups[named] = IssueGroup(named, path, issue, issue.blocking, 1)
        else:
            groups[named] = before._replace(
                blocking=before.blocking or issue.blocking, occurrences=before.occurrences + 1
            )
    return groups


@lru_cache(_REMEMBERED)
def fingerprint_of(code: str, subject: str, path: str, tenant: str, producer: str) -> tuple[str, str]:
    """The fingerprint of an issue, and its path without array indexes."""
    return fingerprint(code, subject, path, tenant, producer), shape(path)
