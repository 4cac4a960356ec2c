"""One issue of an envelope, by the bundle of today."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.pipeline.classify import ClassifiedIssue, IssueReader, Unknown
from assay.pipeline.classify.issue import UNKNOWN_CODE, primary
from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.issue import Category, Severity
from assay.pipeline.policy.classification import CLASSIFICATION

read = IssueReader(CLASSIFICATION)
GOOD: dict[str, Any] = {
    "code": "business.trust_below_minimum",
    "category": "business_logic",
    "severity": "high",
    "blocking": True,
    "path": "/trust_score",
    "rule": "minimum@1",
}
C, S, U = Category, Severity, Unknown


@pytest.mark.parametrize(
    ("change", "category", "severity", "unknown"),
    [
        ({}, C.BUSINESS_LOGIC, S.HIGH, []),
        ({"severity": "low"}, C.BUSINESS_LOGIC, S.HIGH, []),
        ({"category": "performance"}, C.BUSINESS_LOGIC, S.HIGH, []),
        ({"severity": "urgent"}, C.BUSINESS_LOGIC, S.CRITICAL, [U.SEVERITY]),
        ({"severity": "HIGH"}, C.BUSINESS_LOGIC, S.CRITICAL, [U.SEVERITY]),
        ({"severity": None}, C.BUSINESS_LOGIC, S.CRITICAL, [U.SEVERITY]),
        ({"severity": []}, C.BUSINESS_LOGIC, S.CRITICAL, [U.SEVERITY]),
        ({"code": "business.new_one", "severity": "low"}, C.BUSINESS_LOGIC, S.CRITICAL, [U.CODE]),
        ({"code": "other.new", "category": "security"}, C.SECURITY, S.CRITICAL, [U.CODE]),
        ({"code": "other.new", "category": "money"}, C.SCHEMA, S.CRITICAL, [U.CODE, U.CATEGORY]),
        ({"code": None}, C.BUSINESS_LOGIC, S.CRITICAL, [U.CODE]),
        (
            {"code": 7, "severity": 7, "category": 7},
            C.SCHEMA,
            S.CRITICAL,
            [U.CODE, U.SEVERITY, U.CATEGORY],
        ),
    ],
)
def test_what_is_known_is_classified_by_todays_bundle_and_what_is_not_is_critical(
    change: dict[str, Any], category: Category, severity: Severity, unknown: list[Unknown]
) -> None:
    """D-21, S0-49 … S0-51: unknown is critical and counted, never low."""
    issue = read(GOOD | change)
    assert (issue.category, issue.severity, list(issue.unknown)) == (category, severity, unknown)


def test_a_code_that_is_known_elsewhere_keeps_its_word_and_what_is_no_code_does_not() -> None:
    assert read(GOOD | {"code": "money.laundered"}).code == "money.laundered"
    for word in ("", "no point", "Jane Doe", "a.b.c", "x" * 40 + ".y", {"a": 1}):
        assert read(GOOD | {"code": word}).code == UNKNOWN_CODE


def test_an_owner_who_changes_a_severity_changes_what_is_classified_from_then_on() -> None:
    code = IssueCode.BUSINESS_TRUST_BELOW_MINIMUM
    rows = {**CLASSIFICATION, code: replace(CLASSIFICATION[code], severity=S.MEDIUM)}
    assert IssueReader(rows)(GOOD).severity is S.MEDIUM


@pytest.mark.parametrize("blocking", [None, 0, "false", [], ...])
def test_what_does_not_say_that_it_lets_the_trace_pass_blocks(blocking: object) -> None:
    item: dict[str, Any] = {key: value for key, value in GOOD.items() if key != "blocking"}
    assert read(item if blocking is ... else item | {"blocking": blocking}).blocking
    assert not read(item | {"blocking": False}).blocking


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(json | st.fixed_dictionaries(dict.fromkeys(GOOD, json)))
def test_nothing_that_stands_there_raises_or_is_low(item: Any) -> None:
    """D-15, D-21."""
    issue = read(item)
    assert issue.severity is S.CRITICAL or item["code"] in set(IssueCode)


def an_issue(severity: Severity, category: Category = C.SCHEMA, *, blocking: bool = True) -> ClassifiedIssue:
    return ClassifiedIssue("a.b", category, severity, blocking, "", "", "", ())


@pytest.mark.parametrize(
    ("issues", "decides"),
    [
        ([an_issue(S.LOW), an_issue(S.HIGH, C.BUSINESS_LOGIC)], 1),
        ([an_issue(S.HIGH, C.BUSINESS_LOGIC), an_issue(S.LOW)], 0),
        ([an_issue(S.HIGH), an_issue(S.CRITICAL, C.SECURITY, blocking=False)], 1),
        ([an_issue(S.HIGH, C.SECURITY, blocking=False), an_issue(S.HIGH)], 1),
        ([an_issue(S.HIGH, C.SECURITY), an_issue(S.HIGH)], 0),
    ],
    ids=[
        "the most severe, last",
        "the most severe, first",
        "severity before blocking",
        "of equals, one that blocks",
        "of equals, the first",
    ],
)
def test_the_highest_severity_issue_decides(issues: list[ClassifiedIssue], decides: int) -> None:
    """D-17: not the first critical one, and not platform engineering when there is none. S0-48, S0-123."""
    assert primary(issues) is issues[decides]
