"""What a code means for a trace (DESIGN 7, D-21)."""

import pytest

from assay.pipeline.core.code_words import REMEDIES, SENTENCES
from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.issue import Category, Finding, Severity
from assay.pipeline.policy.classification import CLASSIFICATION, Enforcement, Mode


@pytest.mark.parametrize("code", IssueCode)
def test_every_code_has_a_policy_a_sentence_and_a_remedy(code: IssueCode) -> None:
    assert code in CLASSIFICATION
    assert SENTENCES[code].endswith(".")
    assert REMEDIES[code].endswith(".")


@pytest.mark.parametrize("code", [code for code in IssueCode if code.family == "corrupt"])
def test_corrupt_traces_are_critical_and_blocked(code: IssueCode) -> None:
    """S0-13, S0-14."""
    policy = CLASSIFICATION[code]
    assert (policy.category, policy.severity, policy.mode) == (
        Category.SCHEMA,
        Severity.CRITICAL,
        Mode.STRICT,
    )


@pytest.mark.parametrize(
    ("code", "severity", "blocking"),
    [
        (IssueCode.SCHEMA_REQUIRED_MISSING, Severity.CRITICAL, True),
        (IssueCode.SCHEMA_TYPE_INVALID, Severity.CRITICAL, True),
        (IssueCode.SCHEMA_SUBJECT_UNKNOWN, Severity.CRITICAL, True),
        (IssueCode.SCHEMA_VERSION_UNKNOWN, Severity.CRITICAL, True),
        (IssueCode.SCHEMA_FORMAT_INCONSISTENT, Severity.MEDIUM, False),
        (IssueCode.SCHEMA_MISMATCH_MINOR, Severity.MEDIUM, False),
        (IssueCode.DETECTOR_FAILED, Severity.HIGH, True),
    ],
)
def test_severity_and_blocking_are_those_of_the_documents(
    code: IssueCode, severity: Severity, *, blocking: bool
) -> None:
    """S0-7, S0-8, S0-25, S0-26; a trace that nobody could judge does not pass."""
    assert (CLASSIFICATION[code].severity, Enforcement().blocks(code)) == (severity, blocking)


def test_an_issue_explains_itself_by_code_place_and_rule() -> None:
    """S0-52."""
    finding = Finding(
        IssueCode.SCHEMA_TYPE_INVALID, "/context/tenant_id", "type", "integer", "string(2)", "schema"
    )
    issue = Enforcement().issue(finding, "schema")
    assert issue.severity is Severity.CRITICAL
    assert issue.blocking
    assert issue.detector == "schema"
    assert issue.message == (
        "A field has another data type than its schema says."
        " (schema.type_invalid at /context/tenant_id, rule schema) Have the producer write the declared type."
    )
    assert (issue.expected, issue.actual_masked, issue.keyword) == ("integer", "string(2)", "type")


def test_an_issue_with_the_whole_trace_says_so() -> None:
    issue = Enforcement().issue(Finding(IssueCode.CORRUPT_EMPTY), "decode")
    assert (
        issue.message
        == "The record has no value, or an empty one. (corrupt.empty at the whole trace) Send no record when there is nothing to say."
    )
