"""The line that a person sees for a record that would not pass."""

from assay.agents.cli.validate_screen import record_line
from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.issue import Finding
from assay.pipeline.core.verdict import Identity, Verdict
from assay.pipeline.policy.classification import Enforcement
from assay.pipeline.report import Entry, Place

TYPE = Finding(IssueCode.SCHEMA_TYPE_INVALID, "/steps", "type", "array", "object(1)")


def entry(*findings: Finding) -> Entry:
    issues = tuple(Enforcement().issue(finding, "schema") for finding in findings)
    verdict = Verdict("1", "workflow_trace", "1.2.0", issues, Identity(), blocking=True, readable=True)
    return Entry(Place("a.jsonl", 3), verdict)


def test_place_code_path_sentence_and_what_was_expected() -> None:
    assert record_line(entry(TYPE)) == (
        "a.jsonl:3: schema.type_invalid /steps A field has another data type than its schema says. "
        "(expected array, found object(1))"
    )


def test_what_is_not_known_is_left_out() -> None:
    assert record_line(entry(Finding(IssueCode.CORRUPT_EMPTY))) == (
        "a.jsonl:3: corrupt.empty The record has no value, or an empty one."
    )


def test_the_worst_issue_stands_for_all() -> None:
    minor = Finding(IssueCode.SCHEMA_MISMATCH_MINOR, "/trust_score")
    line = record_line(entry(minor, TYPE, minor))
    assert line.startswith("a.jsonl:3: schema.type_invalid")
    assert line.endswith("And 2 more.")
