"""Policy on findings: category, severity, and what a code does to a trace at each enforcement point (DESIGN 7)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..core.code_words import REMEDIES, SENTENCES
from ..core.codes import IssueCode
from ..core.issue import Category, Finding, Issue, Severity
from ..core.word import Word


class Mode(Word):
    """What an issue does to the trace that has it."""

    STRICT = "strict"
    """It blocks: the trace does not pass."""
    WARN = "warn"
    """The trace passes, tagged with the issue."""
    AUDIT = "audit"
    """It is counted, and the trace does not show it: how a new rule starts."""
    OFF = "off"
    """It is not reported at all."""


class EnforcementPoint(Word):
    """Where a trace is judged; a rule may be strict at one point and not at another."""

    GATE = "gate"
    STREAM = "stream"
    REPLAY = "replay"
    CI = "ci"


@dataclass(frozen=True, slots=True)
class CodePolicy:
    """What a code means for a trace that has it."""

    category: Category
    severity: Severity
    mode: Mode
    """At every enforcement point that ``at`` does not name."""
    at: Mapping[EnforcementPoint, Mode] = field(default_factory=dict[EnforcementPoint, Mode])

    def mode_at(self, point: EnforcementPoint) -> Mode:
        """The mode at this point."""
        return self.at.get(point, self.mode)


def _row(category: Category, severity: Severity, mode: Mode = Mode.STRICT) -> CodePolicy:
    return CodePolicy(category, severity, mode)


_C, _S, _M = Category, Severity, Mode
_UNREADABLE = _row(_C.SCHEMA, _S.CRITICAL)
_EXPOSED = _row(_C.SECURITY, _S.CRITICAL)

CLASSIFICATION: Mapping[IssueCode, CodePolicy] = {
    # S0-13, S0-14: nobody can read it
    IssueCode.CORRUPT_EMPTY: _UNREADABLE,
    IssueCode.CORRUPT_TOO_LARGE: _UNREADABLE,
    IssueCode.CORRUPT_ENCODING: _UNREADABLE,
    IssueCode.CORRUPT_JSON_MALFORMED: _UNREADABLE,
    IssueCode.CORRUPT_DUPLICATE_KEY: _UNREADABLE,
    IssueCode.CORRUPT_DEPTH: _UNREADABLE,
    IssueCode.CORRUPT_NUMBER_RANGE: _UNREADABLE,
    IssueCode.CORRUPT_AVRO: _UNREADABLE,
    # S0-7, S0-8: readers rely on what is not there
    IssueCode.SCHEMA_SUBJECT_UNKNOWN: _row(_C.SCHEMA, _S.CRITICAL),
    IssueCode.SCHEMA_VERSION_UNKNOWN: _row(_C.SCHEMA, _S.CRITICAL),
    IssueCode.SCHEMA_REQUIRED_MISSING: _row(_C.SCHEMA, _S.CRITICAL),
    IssueCode.SCHEMA_TYPE_INVALID: _row(_C.SCHEMA, _S.CRITICAL),
    # S0-24 … S0-26, S0-31: readers can live with it
    IssueCode.SCHEMA_FORMAT_INCONSISTENT: _row(_C.SCHEMA, _S.MEDIUM, _M.WARN),
    IssueCode.SCHEMA_MISMATCH_MINOR: _row(_C.SCHEMA, _S.MEDIUM, _M.WARN),
    IssueCode.SCHEMA_VERSION_OUTDATED: _row(_C.SCHEMA, _S.MEDIUM, _M.WARN),
    IssueCode.SCHEMA_OPTIONAL_MISSING: _row(_C.SCHEMA, _S.MEDIUM, _M.WARN),
    IssueCode.SCHEMA_FIELD_DEPRECATED: _row(_C.SCHEMA, _S.LOW, _M.WARN),
    # S0-9, S0-10: what must not be there
    IssueCode.SECURITY_PII_CARD: _EXPOSED,
    IssueCode.SECURITY_PII_IBAN: _EXPOSED,
    IssueCode.SECURITY_PII_SSN: _EXPOSED,
    IssueCode.SECURITY_PII_EMAIL: _EXPOSED,
    IssueCode.SECURITY_PII_PHONE: _EXPOSED,
    IssueCode.SECURITY_PII_IP: _EXPOSED,
    IssueCode.SECURITY_PII_PASSPORT: _EXPOSED,
    IssueCode.SECURITY_SECRET_JWT: _EXPOSED,
    IssueCode.SECURITY_SECRET_PRIVATE_KEY: _EXPOSED,
    IssueCode.SECURITY_SECRET_AWS: _EXPOSED,
    IssueCode.SECURITY_SECRET_GITHUB: _EXPOSED,
    IssueCode.SECURITY_SECRET_SLACK: _EXPOSED,
    IssueCode.SECURITY_SECRET_STRIPE: _EXPOSED,
    IssueCode.SECURITY_SECRET_GOOGLE: _EXPOSED,
    IssueCode.SECURITY_SECRET_GENERIC: _EXPOSED,
    IssueCode.SECURITY_TENANT_MISMATCH: _EXPOSED,
    # S0-11, S0-12, S0-21, S0-22: what an auditor asks for
    IssueCode.COMPLIANCE_GOVERNANCE_MISSING: _row(_C.COMPLIANCE, _S.CRITICAL),
    IssueCode.COMPLIANCE_AUDIT_GAP: _row(_C.COMPLIANCE, _S.CRITICAL),
    IssueCode.COMPLIANCE_POLICY_VIOLATION: _row(_C.COMPLIANCE, _S.HIGH),
    IssueCode.COMPLIANCE_OVERRIDE_ANOMALY: _row(_C.COMPLIANCE, _S.HIGH),
    # S0-16, S0-17, S0-20, S0-28, S0-34, S0-35: what cannot be, or says nothing
    IssueCode.BUSINESS_STATE_INVALID: _row(_C.BUSINESS_LOGIC, _S.HIGH),
    IssueCode.BUSINESS_INCONSISTENT: _row(_C.BUSINESS_LOGIC, _S.HIGH),
    IssueCode.BUSINESS_TRUST_BELOW_MINIMUM: _row(_C.BUSINESS_LOGIC, _S.HIGH),
    IssueCode.BUSINESS_PATTERN_UNUSUAL: _row(_C.BUSINESS_LOGIC, _S.MEDIUM, _M.WARN),
    IssueCode.BUSINESS_METADATA_MISSING: _row(_C.BUSINESS_LOGIC, _S.LOW, _M.WARN),
    IssueCode.BUSINESS_VALUE_UNCLEAR: _row(_C.BUSINESS_LOGIC, _S.LOW, _M.WARN),
    # S0-18, S0-19, S0-27, S0-29, S0-33: what costs too much
    IssueCode.PERFORMANCE_OVERSIZED: _row(_C.PERFORMANCE, _S.HIGH),
    IssueCode.PERFORMANCE_PROCESSING_EXCESSIVE: _row(_C.PERFORMANCE, _S.HIGH, _M.WARN),
    IssueCode.PERFORMANCE_SLOW: _row(_C.PERFORMANCE, _S.MEDIUM, _M.WARN),
    IssueCode.PERFORMANCE_ANOMALOUS: _row(_C.PERFORMANCE, _S.MEDIUM, _M.WARN),
    IssueCode.PERFORMANCE_STRUCTURE_INEFFICIENT: _row(_C.PERFORMANCE, _S.LOW, _M.WARN),
    # S4-60: clocks and time zones are the platform's business
    IssueCode.TIME_NAIVE: _row(_C.SCHEMA, _S.MEDIUM, _M.WARN),
    IssueCode.TIME_FUTURE: _row(_C.SCHEMA, _S.MEDIUM, _M.WARN),
    IssueCode.TIME_STALE: _row(_C.SCHEMA, _S.MEDIUM, _M.WARN),
    IssueCode.TIME_SKEWED: _row(_C.SCHEMA, _S.MEDIUM, _M.WARN),
    # Blocking although the trace may be fine: nobody judged it, and "valid" is a promise (promise 5).
    # High, not critical: the fault is more likely ours than the producer's.
    IssueCode.DETECTOR_FAILED: _row(_C.SCHEMA, _S.HIGH),
}
"""What ships: a row for every code, so that nothing falls to low by default (D-21). A bundle may change rows."""


class Enforcement:
    """A classification at one enforcement point: what a finding is to the trace that has it."""

    __slots__ = ("_modes", "_policies")

    def __init__(
        self,
        policies: Mapping[IssueCode, CodePolicy] = CLASSIFICATION,
        point: EnforcementPoint = EnforcementPoint.STREAM,
    ) -> None:
        self._policies = policies
        self._modes = {code: policy.mode_at(point) for code, policy in policies.items()}

    def blocks(self, code: IssueCode) -> bool:
        """Whether a trace with this code does not pass."""
        return self._modes[code] is Mode.STRICT

    def issue(self, finding: Finding, detector: str) -> Issue:
        """The issue that a finding is. The message says code, place and rule, never a value (promise 4)."""
        policy = self._policies[finding.code]
        return Issue(
            code=finding.code,
            category=policy.category,
            severity=policy.severity,
            blocking=self.blocks(finding.code),
            path=finding.path,
            keyword=finding.keyword,
            message=_message(finding),
            expected=finding.expected,
            actual_masked=finding.actual_masked,
            rule=finding.rule,
            detector=detector,
        )

    def sort(self, findings: Iterable[Finding], detector: str) -> tuple[tuple[Issue, ...], tuple[Issue, ...]]:
        """The findings that are issues of the trace, and those that are only counted."""
        issues: list[Issue] = []
        audited: list[Issue] = []
        for finding in findings:
            mode = self._modes[finding.code]
            if mode is Mode.AUDIT:
                audited.append(self.issue(finding, detector))
            elif mode is not Mode.OFF:
                issues.append(self.issue(finding, detector))
        return tuple(issues), tuple(audited)


def _message(finding: Finding) -> str:
    """The code's sentence, where and by which rule, and how to fix it."""
    details = f"{finding.code.value} at {finding.path or 'the whole trace'}"
    rule = finding.rule or finding.keyword
    named = f"{details}{f', rule {rule}' if rule else ''}"
    return f"{SENTENCES[finding.code]} ({named}) {REMEDIES[finding.code]}"
