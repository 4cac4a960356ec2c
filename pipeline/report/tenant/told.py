"""The report in words: what Markdown, HTML and PDF share, so that they say the same."""

from collections.abc import Iterator, Sequence

from .report import CommonIssue, Step, TenantReport
from .score import Level

LEVELS = {
    Level.GOOD: "good",
    Level.FAIR: "fair",
    Level.POOR: "poor",
    Level.UNKNOWN: "no trace was judged",
}
ISSUE_COLUMNS = ("severity", "code", "where", "traces", "before", "from")
FACT_COLUMNS = ("traces that were", "how many")
TREND_COLUMNS = ("from", "traces", "failing", "score")
NO_ISSUES = "No problem was found in this time."
EVIDENCE_WORDS = (
    "Every raw record that shows the problem: topic/partition, then offsets; a hyphen stands for all between."
)


def title(report: TenantReport) -> str:
    """The first line."""
    return f"Quality of the traces of tenant {report.tenant_id}"


def period(report: TenantReport) -> str:
    """Which time, and when it was looked at."""
    return f"{minute(report.since)} to {minute(report.until)}, as of {minute(report.generated_at)} (UTC)"


def score_text(score: float | None) -> str:
    """A score for people."""
    return "-" if score is None else f"{score:.1f}"


def change_text(report: TenantReport) -> str:
    """Against the window before."""
    if report.quality_score is None or report.score_before is None:
        return "nothing to compare it with"
    change = report.quality_score - report.score_before
    return f"{change:+.1f} against the same length of time before ({report.score_before:.1f})"


def facts(report: TenantReport) -> Iterator[tuple[str, str]]:
    """The figures, with their names."""
    counts = report.counts
    yield "judged", f"{counts.traces:,}"
    yield "passed", f"{counts.traces - counts.failing:,}, {counts.warned:,} of them with warnings"
    yield "failing", f"{counts.failing:,}; the problems of {report.evidenced:,} are known"
    yield "repaired", f"{counts.remediated:,}"
    yield "contained", f"{counts.quarantined:,}"
    yield "kept for a person", f"{counts.dead_lettered:,}"


def issue_row(issue: CommonIssue) -> Sequence[str]:
    """A row of the table of problems, by ``ISSUE_COLUMNS``."""
    return (
        issue.severity.value,
        issue.code,
        f"{issue.path or 'the whole trace'} of {issue.subject}",
        f"{issue.traces:,}",
        f"{issue.traces_before:,}",
        producers_text(issue),
    )


def producers_text(issue: CommonIssue) -> str:
    """The producer with most of the traces, and how many others there are."""
    if not issue.producers:
        return "-"
    first, others = issue.producers[0], len(issue.producers) - 1
    named = f"{first.name} {first.version}"
    return named if not others else f"{named} and {others} more"


def after_text(step: Step) -> str:
    """What a step of the plan leads to."""
    return f"Then the score is {step.score_after:.1f}."


def trend_rows(report: TenantReport) -> Iterator[Sequence[str]]:
    """Rows by ``TREND_COLUMNS``; times without traces are left out."""
    for point in report.trend:
        if point.traces:
            yield (minute(point.at), f"{point.traces:,}", f"{point.failing:,}", score_text(point.score))


def minute(at: str) -> str:
    """A time up to its minute."""
    return at[:16].replace("T", " ")
