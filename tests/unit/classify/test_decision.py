"""The decision table of DESIGN 8, a test for each row."""

from typing import Any

import pytest

from assay.pipeline.classify import ClassifiedIssue, NoRules, RemediationRules, decide
from assay.pipeline.classify.decision import Decision
from assay.pipeline.classify.envelope import Envelope
from assay.pipeline.core.issue import Category, Severity
from assay.pipeline.core.outcome import Disposition, Reason

C = Category


class RulesFor:
    """Rules for these codes; with a place, only for issues at it."""

    def __init__(self, *codes: str, subject: str = "", keyword: str = "", path: str = "") -> None:
        self._codes = codes
        self._only = (subject, keyword, path)

    def applicable(self, subject: str, code: str, keyword: str, path: str) -> bool:
        asked = (subject, keyword, path)
        return code in self._codes and all(
            one in {"", other} for one, other in zip(self._only, asked, strict=True)
        )


def an_envelope(**members: Any) -> Envelope:
    parts: dict[str, Any] = {
        "document": {},
        "topic": "traces.raw",
        "partition": 0,
        "offset": 0,
        "tenant": "acme",
        "subject": "workflow_trace",
        "schema_version": "1.2.0",
        "producer": "importer",
        "producer_version": "none",
        "detected_at": "",
        "attempts": 1,
        "disposition": "pending",
        "issues": [{}],
        "is_complete": True,
    }
    return Envelope(**parts | members)


def an_issue(
    code: str, category: Category = C.SCHEMA, *, blocking: bool = True, path: str = "", keyword: str = ""
) -> ClassifiedIssue:
    return ClassifiedIssue(code, category, Severity.CRITICAL, blocking, path, keyword, "", ())


MISSING = an_issue("schema.required_missing")
TYPE = an_issue("schema.type_invalid")
AT = an_issue("schema.type_invalid", path="/steps/0/name", keyword="type")
PII = an_issue("security.pii_card", C.SECURITY)
GAP = an_issue("compliance.audit_gap", C.COMPLIANCE)
STATE = an_issue("business.state_invalid", C.BUSINESS_LOGIC)
CORRUPT = an_issue("corrupt.empty")
NEWER = an_issue("corrupt.from_a_newer_worker")
WARNING = an_issue("security.tenant_mismatch", C.SECURITY, blocking=False)
ALL = RulesFor("schema.required_missing", "schema.type_invalid", "security.pii_card", "corrupt.empty")
D, R = Disposition, Reason

Row = tuple[list[ClassifiedIssue], dict[str, Any], RemediationRules, Disposition, Reason]
ROWS: dict[str, Row] = {
    "unreadable": ([CORRUPT], {}, ALL, D.DEAD_LETTER, R.UNREADABLE),
    "unreadable for a newer worker": ([NEWER], {}, ALL, D.DEAD_LETTER, R.UNREADABLE),
    "the detector says so": ([MISSING], {"disposition": "dead_lettered"}, ALL, D.DEAD_LETTER, R.UNREADABLE),
    "attempts exhausted": ([MISSING], {"attempts": 3}, ALL, D.DEAD_LETTER, R.ATTEMPTS_EXHAUSTED),
    "one attempt is left": ([MISSING], {"attempts": 2}, ALL, D.REMEDIATE, R.RULES_APPLY),
    "exhausted before security": ([PII], {"attempts": 4}, ALL, D.DEAD_LETTER, R.ATTEMPTS_EXHAUSTED),
    "security, though a rule applies": ([PII], {}, ALL, D.QUARANTINE, R.SECURITY_OR_COMPLIANCE),
    "compliance": ([GAP], {}, ALL, D.QUARANTINE, R.SECURITY_OR_COMPLIANCE),
    "security among others": ([MISSING, PII], {}, ALL, D.QUARANTINE, R.SECURITY_OR_COMPLIANCE),
    "security that only warns": ([MISSING, WARNING], {}, ALL, D.REMEDIATE, R.RULES_APPLY),
    "every issue has a rule": ([MISSING, TYPE], {}, ALL, D.REMEDIATE, R.RULES_APPLY),
    "one has none": ([MISSING, STATE], {}, ALL, D.QUARANTINE, R.NO_RULE_APPLIES),
    "the rule is for another place": (
        [AT],
        {},
        RulesFor(AT.code, path="/id"),
        D.QUARANTINE,
        R.NO_RULE_APPLIES,
    ),
    "the rule is for another keyword": (
        [AT],
        {},
        RulesFor(AT.code, keyword="pattern"),
        D.QUARANTINE,
        R.NO_RULE_APPLIES,
    ),
    "the rule is for another subject": (
        [AT],
        {},
        RulesFor(AT.code, subject="agent_run"),
        D.QUARANTINE,
        R.NO_RULE_APPLIES,
    ),
    "the rule is for this very issue": (
        [AT],
        {},
        RulesFor(AT.code, subject="workflow_trace", keyword="type", path="/steps/0/name"),
        D.REMEDIATE,
        R.RULES_APPLY,
    ),
    "of two of a code, one is at another place": (
        [AT, MISSING, TYPE],
        {},
        RulesFor(AT.code, MISSING.code, path=AT.path),
        D.QUARANTINE,
        R.NO_RULE_APPLIES,
    ),
    "a warning needs none": (
        [MISSING, an_issue("business.metadata_missing", blocking=False)],
        {},
        ALL,
        D.REMEDIATE,
        R.RULES_APPLY,
    ),
    "not all issues are listed": ([MISSING], {"is_complete": False}, ALL, D.QUARANTINE, R.NO_RULE_APPLIES),
    "no rules at all": ([MISSING], {}, NoRules(), D.QUARANTINE, R.NO_RULE_APPLIES),
    "nothing says that it blocks": ([WARNING], {}, ALL, D.QUARANTINE, R.SECURITY_OR_COMPLIANCE),
}


@pytest.mark.parametrize("row", ROWS)
def test_the_first_line_that_applies_decides(row: str) -> None:
    """D-10: security and compliance are never repaired automatically. S0-128: the rest only by a rule."""
    issues, members, rules, disposition, reason = ROWS[row]
    assert decide(an_envelope(**members), issues, rules) == Decision(disposition, reason)


def test_how_often_a_trace_may_fail_can_be_set() -> None:
    assert decide(an_envelope(attempts=3), [MISSING], ALL, 5).disposition is D.REMEDIATE
    assert decide(an_envelope(attempts=5), [MISSING], ALL, 5).disposition is D.DEAD_LETTER
