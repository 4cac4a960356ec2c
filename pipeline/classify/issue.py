"""One issue of an envelope, as the bundle of today classifies it."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ..core.codes import IssueCode
from ..core.document import Json
from ..core.issue import Category, Severity
from ..core.word import Word
from ..policy.classification import CodePolicy

UNKNOWN_CODE = "unknown.code"
"""Stands for what cannot be a code at all; a code that merely is not known here keeps its word."""
_CODE = re.compile(r"[a-z]{1,32}\.[a-z0-9_]{1,64}")
_SEVERITIES = {severity.value: severity for severity in Severity}
_CATEGORIES = {category.value: category for category in Category}


class Unknown(Word):
    """A member of an issue whose word is not known here: a newer worker wrote it, or a broken one (D-21)."""

    CODE = "code"
    SEVERITY = "severity"
    CATEGORY = "category"


class ClassifiedIssue(NamedTuple):
    """What classification needs of an issue."""

    code: str
    """An ``IssueCode``, or the word of one that is not known here."""
    category: Category
    severity: Severity
    blocking: bool
    path: str
    keyword: str
    """Of the schema, where a schema says that it is wrong; otherwise empty."""
    rule: str
    unknown: tuple[Unknown, ...]

    @property
    def family(self) -> str:
        """The part of the code before the point."""
        return self.code.partition(".")[0]


class IssueReader:
    """Reads issues of envelopes. Never raises, whatever stands there (D-15)."""

    __slots__ = ("_known",)

    def __init__(self, classification: Mapping[IssueCode, CodePolicy]) -> None:
        self._known = {
            code.value: (policy.category, policy.severity) for code, policy in classification.items()
        }

    def __call__(self, item: Json) -> ClassifiedIssue:
        """The issue with category and severity of today.

        What is not known is critical, never low (D-21, S0-50). What does not say that it lets the trace pass, blocks.
        """
        if not isinstance(item, dict):
            item = {}
        code, severity = item.get("code"), item.get("severity")
        known = self._known.get(code) if isinstance(code, str) else None
        blocking = item.get("blocking") is not False
        path, keyword, rule = _text(item.get("path")), _text(item.get("keyword")), _text(item.get("rule"))
        if (
            known is not None
            and isinstance(code, str)
            and isinstance(severity, str)
            and severity in _SEVERITIES
        ):
            return ClassifiedIssue(code, *known, blocking, path, keyword, rule, ())
        unknown = [] if known else [Unknown.CODE]
        if not isinstance(severity, str) or severity not in _SEVERITIES:
            unknown.append(Unknown.SEVERITY)
        category = known[0] if known else _CATEGORIES.get(_text(item.get("category")))
        if category is None:
            unknown.append(Unknown.CATEGORY)
            category = Category.SCHEMA
        word = code if isinstance(code, str) and _CODE.fullmatch(code) else UNKNOWN_CODE
        return ClassifiedIssue(
            word, category, Severity.CRITICAL, blocking, path, keyword, rule, tuple(unknown)
        )


def primary(issues: Sequence[ClassifiedIssue]) -> ClassifiedIssue:
    """The issue that decides severity, team and fingerprint: the most severe; of these one that blocks, the first (D-17).

    Raises ``ValueError`` when there is none.
    """
    return max(issues, key=lambda issue: (issue.severity.rank, issue.blocking))


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""
