"""A gate's result as JSON, for the API and for reports. Holds no value of a trace (promise 4)."""

from ..core.document import Json
from ..core.issue import Issue
from ..core.word import Word
from .recommend import Recommendation
from .result import GateResult


class Detail(Word):
    """How much is told of a trace."""

    FULL = "full"
    CODES = "codes"
    """Decision and codes: what a producer's counters need."""


def result_document(result: GateResult, detail: Detail = Detail.FULL) -> dict[str, Json]:
    """The members of ``GateResult``; with ``codes`` only the decision and the codes of its issues."""
    head: dict[str, Json] = {
        "decision": result.decision.value,
        "passed": result.passed,
        "mode": result.mode.value,
        "bundle": result.bundle,
    }
    if detail is Detail.CODES:
        codes: dict[str, Json] = {
            "blocking": [issue.code.value for issue in result.blocking],
            "warnings": [issue.code.value for issue in result.warnings],
        }
        return head | codes
    rest: dict[str, Json] = {
        "tenant": result.tenant,
        "subject": result.subject,
        "schema_version": result.schema_version,
        "trace_id": result.trace_id,
        "blocking": [_issue(issue) for issue in result.blocking],
        "warnings": [_issue(issue) for issue in result.warnings],
        "recommendations": [_recommendation(each) for each in result.recommendations],
        "unjudged": list(result.unjudged),
    }
    return head | rest


def _issue(issue: Issue) -> Json:
    return {
        "code": issue.code.value,
        "category": issue.category.value,
        "severity": issue.severity.value,
        "blocking": issue.blocking,
        "path": issue.path,
        "keyword": issue.keyword,
        "message": issue.message,
        "expected": issue.expected,
        "actual_masked": issue.actual_masked,
        "rule": issue.rule,
        "detector": issue.detector,
    }


def _recommendation(each: Recommendation) -> Json:
    return {
        "advice": each.advice.value,
        "text": each.text,
        "codes": [code.value for code in each.codes],
        "paths": list(each.paths),
    }
