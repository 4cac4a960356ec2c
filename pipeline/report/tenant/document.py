"""The report as JSON."""

from typing import Final

from ...core.document import Json
from .evidence import Place
from .report import CommonIssue, TenantReport

SCHEMA: Final = "assay/tenant_report/1-0-0"


def report_document(report: TenantReport) -> dict[str, Json]:
    """The members of S0-168, and what they are made from. Evidence is written as runs of offsets, both ends included."""
    counts = report.counts
    return {
        "schema": SCHEMA,
        "tenant_id": report.tenant_id,
        "generated_at": report.generated_at,
        "since": report.since,
        "until": report.until,
        "quality_score": report.quality_score,
        "level": report.level.value,
        "score_before": report.score_before,
        "traces": {
            "judged": counts.traces,
            "passed": counts.traces - counts.failing,
            "passed_with_warnings": counts.warned,
            "failing": counts.failing,
            "with_evidence": report.evidenced,
            "remediated": counts.remediated,
            "quarantined": counts.quarantined,
            "dead_lettered": counts.dead_lettered,
        },
        "common_issues": [_issue(issue) for issue in report.common_issues],
        "recommendations": [
            {"kind": each.kind.value, "about": each.about, "text": each.text, "traces": each.traces}
            for each in report.recommendations
        ],
        "educational_content": [
            {
                "topic": lesson.topic,
                "title": lesson.title,
                "why": lesson.why,
                "practices": [*lesson.practices],
                "read": lesson.read,
            }
            for lesson in report.educational_content
        ],
        "improvement_plan": [
            {
                "step": number,
                "fingerprint": step.fingerprint,
                "code": step.code,
                "path": step.path,
                "action": step.action,
                "traces": step.traces,
                "score_after": step.score_after,
            }
            for number, step in enumerate(report.improvement_plan, 1)
        ],
        "trend": [
            {
                "at": point.at,
                "hours": point.hours,
                "traces": point.traces,
                "failing": point.failing,
                "score": point.score,
            }
            for point in report.trend
        ],
    }


def _issue(issue: CommonIssue) -> Json:
    return {
        "fingerprint": issue.fingerprint,
        "code": issue.code,
        "meaning": issue.meaning,
        "category": issue.category.value,
        "severity": issue.severity.value,
        "blocking": issue.blocking,
        "subject": issue.subject,
        "path": issue.path,
        "rule": issue.rule,
        "traces": issue.traces,
        "traces_before": issue.traces_before,
        "occurrences": issue.occurrences,
        "first_seen": issue.first_seen,
        "last_seen": issue.last_seen,
        "producers": [
            {"name": each.name, "version": each.version, "traces": each.traces} for each in issue.producers
        ],
        "evidence": [_place(place) for place in issue.evidence],
    }


def _place(place: Place) -> Json:
    return {
        "topic": place.topic,
        "partition": place.partition,
        "offsets": [[run.first, run.last] for run in place.runs],
    }
