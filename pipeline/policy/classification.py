"""Policy on findings: category, severity and whether the trace may pass (DESIGN 7)."""

from collections.abc import Mapping
from dataclasses import dataclass

from ..core.codes import SENTENCES, IssueCode
from ..core.issue import Category, Finding, Issue, Severity


@dataclass(frozen=True, slots=True)
class CodePolicy:
    """What a code means for a trace that has it."""

    category: Category
    severity: Severity
    blocking: bool


_STOP = CodePolicy(Category.SCHEMA, Severity.CRITICAL, blocking=True)
_WARN = CodePolicy(Category.SCHEMA, Severity.MEDIUM, blocking=False)

CLASSIFICATION: Mapping[IssueCode, CodePolicy] = {
    # S0-13, S0-14: nobody can read it
    IssueCode.CORRUPT_EMPTY: _STOP,
    IssueCode.CORRUPT_TOO_LARGE: _STOP,
    IssueCode.CORRUPT_ENCODING: _STOP,
    IssueCode.CORRUPT_JSON_MALFORMED: _STOP,
    IssueCode.CORRUPT_DUPLICATE_KEY: _STOP,
    IssueCode.CORRUPT_DEPTH: _STOP,
    IssueCode.CORRUPT_NUMBER_RANGE: _STOP,
    IssueCode.CORRUPT_AVRO: _STOP,
    # S0-7, S0-8: readers rely on what is not there
    IssueCode.SCHEMA_SUBJECT_UNKNOWN: _STOP,
    IssueCode.SCHEMA_VERSION_UNKNOWN: _STOP,
    IssueCode.SCHEMA_REQUIRED_MISSING: _STOP,
    IssueCode.SCHEMA_TYPE_INVALID: _STOP,
    # S0-25, S0-26: readers can live with it
    IssueCode.SCHEMA_FORMAT_INCONSISTENT: _WARN,
    IssueCode.SCHEMA_MISMATCH_MINOR: _WARN,
    # Blocking although the trace may be fine: nobody judged it, and "valid" is a promise (promise 5).
    # High, not critical: the fault is more likely ours than the producer's.
    IssueCode.DETECTOR_FAILED: CodePolicy(Category.SCHEMA, Severity.HIGH, blocking=True),
}
"""A row for every code; a code without a row does not exist (tested), so nothing falls to low by default (D-21)."""


def apply_policy(finding: Finding, detector: str) -> Issue:
    """The issue that a detector's finding is. The message says code, place and rule, never a value (promise 4)."""
    policy = CLASSIFICATION[finding.code]
    return Issue(
        code=finding.code,
        category=policy.category,
        severity=policy.severity,
        blocking=policy.blocking,
        path=finding.path,
        keyword=finding.keyword,
        message=_message(finding),
        expected=finding.expected,
        actual_masked=finding.actual_masked,
        rule=finding.rule,
        detector=detector,
    )


def _message(finding: Finding) -> str:
    """The code's sentence, then where and by which rule."""
    details = f"{finding.code.value} at {finding.path or 'the whole trace'}"
    rule = finding.rule or finding.keyword
    return f"{SENTENCES[finding.code]} ({details}{f', rule {rule}' if rule else ''})"
