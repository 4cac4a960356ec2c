"""What the report says of one record."""

from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.issue import Finding, Severity
from assay.pipeline.core.verdict import Identity, Verdict
from assay.pipeline.policy.classification import Enforcement
from assay.pipeline.report import Entry, Judgement, Place, Summary, entry_document

MISSING = Finding(IssueCode.SCHEMA_REQUIRED_MISSING, "/context/tenant_id", "required", "a member", "")
FORMAT = Finding(IssueCode.SCHEMA_FORMAT_INCONSISTENT, "/started_at", "format", "date-time", "string(9)")


def entry(*findings: Finding, line: int | None = 3) -> Entry:
    issues = tuple(Enforcement().issue(finding, "schema") for finding in findings)
    blocking = any(issue.blocking for issue in issues)
    verdict = Verdict("1001", "workflow_trace", "1.2.0", issues, Identity(), blocking, readable=True)
    return Entry(Place("a.jsonl", line), verdict)


def test_a_record_without_issues_is_valid() -> None:
    assert entry_document(entry()) == {
        "file": "a.jsonl",
        "line": 3,
        "outcome": "valid",
        "severity": None,
        "issues": [],
    }


def test_a_record_with_warnings_is_valid_and_lists_them() -> None:
    """DESIGN 1: warnings do not make a fifth outcome."""
    document = entry_document(entry(FORMAT))
    assert document == {
        "file": "a.jsonl",
        "line": 3,
        "outcome": "valid",
        "severity": "medium",
        "issues": [
            {
                "code": "schema.format_inconsistent",
                "category": "schema",
                "severity": "medium",
                "blocking": False,
                "path": "/started_at",
                "message": Enforcement().issue(FORMAT, "schema").message,
                "expected": "date-time",
                "actual_masked": "string(9)",
            }
        ],
    }


def test_all_issues_are_listed_and_the_worst_gives_the_severity() -> None:
    both = entry(FORMAT, MISSING)
    assert both.judgement is Judgement.INVALID
    assert both.severity is Severity.CRITICAL
    assert both.deciding is not None
    assert both.deciding.code is IssueCode.SCHEMA_REQUIRED_MISSING
    assert len(both.verdict.issues) == 2


def test_a_whole_file_has_no_line() -> None:
    assert str(entry(line=None).place) == "a.jsonl"
    assert str(entry(line=3).place) == "a.jsonl:3"


def test_the_summary_counts_records_and_issues() -> None:
    summary = Summary()
    for one in (entry(), entry(FORMAT), entry(MISSING, FORMAT, line=9), entry(MISSING, MISSING)):
        summary.add(one)
    assert summary.document() == {
        "records": 4,
        "by_outcome": {"valid": 2, "invalid": 2},
        "by_code": {"schema.format_inconsistent": 2, "schema.required_missing": 3},
    }
    assert summary.warned == 1


def test_the_summary_knows_the_first_place_of_a_code() -> None:
    summary = Summary()
    for one in (entry(MISSING, line=9), entry(MISSING, line=10)):
        summary.add(one)
    count = summary.by_code[IssueCode.SCHEMA_REQUIRED_MISSING]
    assert (str(count.first), count.first_path, count.blocking) == ("a.jsonl:9", "/context/tenant_id", True)


def test_the_summary_of_nothing_names_both_outcomes() -> None:
    assert Summary().document() == {"records": 0, "by_outcome": {"valid": 0, "invalid": 0}, "by_code": {}}
