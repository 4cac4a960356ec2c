"""A tenant's quality report: score, problems with their evidence, what to do, what to learn, and how it develops (S0-167, S0-168)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from ...core.clock import NANOS_PER_SECOND, rfc3339
from ...core.code_words import SENTENCES
from ...core.codes import IssueCode
from ...core.issue import Category, Severity
from .advice import Advice, advice, remedy_of
from .book import EvidenceBook, Problem
from .evidence import Place
from .lessons import Lesson, lessons_for
from .plan import improvement_plan
from .score import Level, failing_cost, level_of, score_of, summed
from .seen import HOUR_S, HourCounts, Window

DAY_HOURS: Final = 24
HOURLY_UP_TO: Final = 72
"""A longer window's trend has a point a day."""


@dataclass(frozen=True, slots=True)
class ProducerShare:
    """Traces with a problem that one version of a producer published."""

    name: str
    version: str
    traces: int


@dataclass(frozen=True, slots=True)
class CommonIssue:
    """A problem, and every trace that has it."""

    fingerprint: str
    code: str
    meaning: str
    category: Category
    severity: Severity
    blocking: bool
    subject: str
    path: str
    """A JSON Pointer without indexes; empty for the whole trace."""
    rule: str
    traces: int
    traces_before: int
    """In the window before."""
    occurrences: int
    first_seen: str
    last_seen: str
    producers: tuple[ProducerShare, ...]
    evidence: tuple[Place, ...]
    """All of its raw records: nothing is left out."""


@dataclass(frozen=True, slots=True)
class Step:
    """A part of the improvement plan."""

    fingerprint: str
    code: str
    path: str
    action: str
    traces: int
    score_after: float


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """An hour or a day."""

    at: str
    hours: int
    traces: int
    failing: int
    score: float | None


@dataclass(frozen=True, slots=True)
class TenantReport:
    """All that a tenant is told. It holds no value of a trace: codes, pointers, names of producers, places of records."""

    tenant_id: str
    generated_at: str
    since: str
    until: str
    """The end of the hour that runs."""
    quality_score: float | None
    """0 to 100; ``None`` when no trace was judged."""
    level: Level
    score_before: float | None
    """Of the window before, which is as long."""
    counts: HourCounts
    """Of the whole window."""
    evidenced: int
    """Traces that did not pass and of which the problems are known."""
    common_issues: tuple[CommonIssue, ...]
    recommendations: tuple[Advice, ...]
    educational_content: tuple[Lesson, ...]
    improvement_plan: tuple[Step, ...]
    trend: tuple[TrendPoint, ...]


def tenant_report(
    tenant: str, window: Window, hours: Iterable[HourCounts], book: EvidenceBook, now_ns: int
) -> TenantReport:
    """Everything of one tenant. ``hours`` and ``book`` hold the window and the one before it."""
    hours = [*hours]
    scores = _Scores(hours, book)
    counts = summed(hours, window)
    problems = [problem for _, problem in book.problems()]
    issues = tuple(
        sorted(
            map(_issue, problems),
            key=lambda issue: (-issue.severity.rank, -issue.traces, issue.fingerprint),
        )
    )
    score = scores.of(window)
    return TenantReport(
        tenant_id=tenant,
        generated_at=rfc3339(now_ns),
        since=_time(window.first),
        until=_time(window.end),
        quality_score=score,
        level=level_of(score),
        score_before=scores.of(window.before),
        counts=counts,
        evidenced=scores.evidenced(window),
        common_issues=issues,
        recommendations=advice(problems),
        educational_content=lessons_for(issue.code for issue in issues),
        improvement_plan=tuple(_steps(book, window, scores)),
        trend=tuple(_trend(window, scores)),
    )


class _Scores:
    def __init__(self, hours: Sequence[HourCounts], book: EvidenceBook) -> None:
        self._hours = hours
        self._book = book

    def of(self, window: Window) -> float | None:
        combinations = self._book.combinations(window)
        return self.at(window, failing_cost(combinations, self._book.severity, without=frozenset()))

    def at(self, window: Window, cost: float) -> float | None:
        """If its failing traces cost so much."""
        return score_of(self.counts(window), self.evidenced(window), cost)

    def counts(self, window: Window) -> HourCounts:
        return summed(self._hours, window)

    def evidenced(self, window: Window) -> int:
        return sum(self._book.combinations(window).values())


def _issue(problem: Problem) -> CommonIssue:
    return CommonIssue(
        fingerprint=problem.fingerprint,
        code=problem.code,
        meaning=_SENTENCES.get(problem.code, "This code is newer than the report."),
        category=problem.category,
        severity=problem.severity,
        blocking=problem.blocking,
        subject=problem.subject,
        path=problem.path,
        rule=problem.rule,
        traces=problem.traces,
        traces_before=problem.traces_before,
        occurrences=problem.occurrences,
        first_seen=problem.first_seen,
        last_seen=problem.last_seen,
        producers=tuple(
            ProducerShare(name, version, traces)
            for (name, version), traces in sorted(
                problem.producers.items(), key=lambda each: (-each[1], each[0])
            )
        ),
        evidence=problem.offsets.places(),
    )


_SENTENCES = {code.value: SENTENCES[code] for code in IssueCode}


def _steps(book: EvidenceBook, window: Window, scores: _Scores) -> Iterable[Step]:
    problems = dict(book.problems())
    counts, evidenced = scores.counts(window), scores.evidenced(window)
    for planned in improvement_plan(book, window, lambda cost: score_of(counts, evidenced, cost)):
        problem = problems[planned.number]
        yield Step(
            problem.fingerprint,
            problem.code,
            problem.path,
            remedy_of(problem.code),
            problem.traces,
            planned.score_after,
        )


def _trend(window: Window, scores: _Scores) -> Iterable[TrendPoint]:
    length = 1 if window.end - window.first <= HOURLY_UP_TO else DAY_HOURS
    for start in range(window.first // length * length, window.end, length):
        part = Window(max(start, window.first), min(start + length, window.end))
        counts = scores.counts(part)
        evidenced = scores.evidenced(part)
        yield TrendPoint(
            _time(part.first),
            part.end - part.first,
            max(counts.traces, evidenced),
            max(counts.failing, evidenced),
            scores.of(part),
        )


def _time(hour: int) -> str:
    return rfc3339(hour * HOUR_S * NANOS_PER_SECOND)
