"""What a tenant is told: score, problems with every trace that has them, what to do, how it develops (S0-167, S0-168)."""

import itertools
import random
from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from assay.pipeline.core.clock import NANOS_PER_SECOND, rfc3339
from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.issue import Category, Severity
from assay.pipeline.core.record import Source
from assay.pipeline.report.tenant import (
    HOUR_S,
    EvidenceBook,
    HourCounts,
    Level,
    Offsets,
    Seen,
    TenantReport,
    Window,
    level_of,
    report_document,
    tenant_report,
    window_of,
)
from assay.pipeline.report.tenant.lessons import lesson_of

WINDOW = Window(500_000, 500_024)
NOW_NS = (WINDOW.end * HOUR_S - 60) * NANOS_PER_SECOND
MISSING, CARD, NAIVE = "schema.required_missing", "security.pii_card", "time.naive"
SEVERITIES = {MISSING: Severity.CRITICAL, CARD: Severity.HIGH, NAIVE: Severity.MEDIUM}


def seen(
    code: str, offset: int, *, hour: int = WINDOW.first, version: str = "1.0", partition: int = 0
) -> Seen:
    at_s = hour * HOUR_S + 30
    return Seen(
        fingerprint=f"{list(SEVERITIES).index(code):016x}",
        code=code,
        category=Category.SCHEMA,
        severity=SEVERITIES[code],
        blocking=True,
        subject="workflow_trace",
        path="/context/user_id",
        rule="",
        occurrences=1,
        producer="billing",
        version=version,
        source=Source("traces.raw", partition, offset),
        detected_at=rfc3339(at_s * NANOS_PER_SECOND),
        at_s=at_s,
    )


def report(facts: Iterable[Seen], *hours: HourCounts) -> TenantReport:
    book = EvidenceBook(WINDOW)
    for fact in facts:
        book.take(fact)
    return tenant_report("42", WINDOW, hours, book, NOW_NS)


def test_the_report_has_what_a_tenant_is_to_be_told() -> None:
    """S0-168."""
    document = report_document(report([seen(MISSING, 1)], HourCounts(WINDOW.first, traces=10, failing=1)))
    assert {
        "tenant_id",
        "quality_score",
        "common_issues",
        "recommendations",
        "educational_content",
        "improvement_plan",
    } <= document.keys()
    assert all(document[name] for name in ("common_issues", "recommendations", "educational_content"))


def test_each_trace_costs_what_its_worst_problem_costs() -> None:
    facts = [seen(MISSING, 1), seen(NAIVE, 1), seen(NAIVE, 2)]
    found = report(facts, HourCounts(WINDOW.first, traces=100, warned=10, failing=2))
    assert found.quality_score == 100 - 1.0 - 0.4 - 10 * 0.05


def test_a_failing_trace_of_which_nothing_is_known_yet_counts_as_critical() -> None:
    assert report([], HourCounts(WINDOW.first, traces=10, failing=1)).quality_score == 90.0


def test_without_traces_there_is_no_score() -> None:
    found = report([])
    assert (found.quality_score, found.level, found.score_before) == (None, Level.UNKNOWN, None)
    assert not found.improvement_plan
    assert not found.common_issues
    assert not found.recommendations


def test_a_score_is_good_fair_or_poor() -> None:
    assert [level_of(score) for score in (95.0, 94.9, 80.0, 79.9)] == [
        Level.GOOD,
        Level.FAIR,
        Level.FAIR,
        Level.POOR,
    ]


def test_every_trace_with_a_problem_is_named() -> None:
    """S0-167: the evidence is exact and has no cap."""
    offsets = [*range(10_000), *range(20_000, 20_003), 30_000]
    (issue,) = report(seen(MISSING, offset) for offset in reversed(offsets)).common_issues
    (place,) = issue.evidence
    assert place.runs == ((0, 9_999), (20_000, 20_002), (30_000, 30_000))
    assert [source.offset for source in place.sources()] == offsets
    assert issue.traces == place.records == len(offsets)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 200))))
def test_evidence_is_the_set_of_records_that_were_seen(records: list[tuple[int, int]]) -> None:
    offsets = Offsets()
    for partition, offset in records:
        offsets.add(Source("traces.raw", partition, offset))
    found = [source for place in offsets.places() for source in place.sources()]
    assert found == [Source("traces.raw", *each) for each in sorted(set(records))]


@given(
    facts=st.lists(
        st.tuples(
            st.sampled_from([*SEVERITIES]), st.integers(0, 8), st.integers(WINDOW.before.first, WINDOW.end)
        )
    ),
    again=st.randoms(use_true_random=False),
)
def test_what_comes_twice_or_in_another_order_changes_nothing(
    facts: list[tuple[str, int, int]], again: random.Random
) -> None:
    """Facts are read partition by partition, and a batch that is done again writes them again."""
    # A trace was judged once: all of its facts have the same time.
    hours = {offset: hour for _, offset, hour in facts}
    made = [seen(code, offset, hour=hours[offset]) for code, offset, _ in facts]
    shuffled = [*made, *made]
    again.shuffle(shuffled)
    assert report_document(report(made)) == report_document(report(shuffled))


def test_a_problem_tells_how_it_was_before() -> None:
    before = [seen(MISSING, offset, hour=WINDOW.first - 1) for offset in range(5)]
    (issue,) = report(
        [*before, seen(MISSING, 9), seen(NAIVE, 10, hour=WINDOW.before.first - 1)]
    ).common_issues
    assert (issue.traces, issue.traces_before) == (1, 5)


def test_what_is_over_is_no_problem_any_more() -> None:
    assert report([seen(MISSING, 1, hour=WINDOW.first - 1)]).common_issues == ()


def test_the_score_is_compared_with_the_time_before() -> None:
    facts = [*(seen(MISSING, n, hour=WINDOW.first - 1) for n in range(5)), seen(MISSING, 9)]
    found = report(
        facts, HourCounts(WINDOW.first - 1, traces=10, failing=5), HourCounts(WINDOW.first, 10, failing=1)
    )
    assert (found.score_before, found.quality_score) == (50.0, 90.0)


def test_the_plan_begins_with_what_brings_most() -> None:
    facts = [*(seen(MISSING, n) for n in range(3)), *(seen(NAIVE, n) for n in range(3, 20))]
    found = report(facts, HourCounts(WINDOW.first, traces=100, failing=20))
    assert [step.code for step in found.improvement_plan] == [NAIVE, MISSING]
    assert [step.score_after for step in found.improvement_plan] == [97.0, 100.0]


def test_the_plan_knows_that_a_trace_may_have_two_problems() -> None:
    """Mending one of them does not help while the other is there."""
    facts = itertools.chain.from_iterable((seen(MISSING, n), seen(CARD, n)) for n in range(10))
    found = report(facts, HourCounts(WINDOW.first, traces=100, failing=10))
    assert [(step.code, step.score_after) for step in found.improvement_plan] == [
        (MISSING, 93.0),
        (CARD, 100.0),
    ]


def test_a_version_that_most_of_it_comes_from_is_named() -> None:
    facts = [seen(MISSING, n, version="2.0" if n else "1.0") for n in range(10)]
    texts = [each.text for each in report(facts).recommendations]
    assert any("billing 2.0: 9 of 10 traces" in text for text in texts)


def test_too_few_traces_blame_no_version() -> None:
    texts = [each.text for each in report([seen(MISSING, 1)]).recommendations]
    assert not any("billing" in text for text in texts)


def test_every_code_has_a_remedy_and_all_that_are_about_the_trace_a_lesson() -> None:
    """S0-168: recommendations and educational content."""
    assert {code for code in IssueCode if lesson_of(code) is None} == {IssueCode.DETECTOR_FAILED}


def test_a_code_that_is_not_known_here_is_reported_all_the_same() -> None:
    newer = seen(MISSING, 1)._replace(code="future.code", fingerprint="f" * 16)
    (issue,) = report([newer]).common_issues
    assert (issue.code, issue.meaning) == ("future.code", "This code is newer than the report.")


def test_a_short_time_develops_by_hours_and_a_long_one_by_days() -> None:
    assert len(report([seen(MISSING, 1)]).trend) == 24
    week = Window(WINDOW.end - 7 * 24, WINDOW.end)
    trend = tenant_report("42", week, [HourCounts(week.first, 7)], EvidenceBook(week), NOW_NS).trend
    assert sum(point.hours for point in trend) == 7 * 24
    assert sum(point.traces for point in trend) == 7
    assert 7 <= len(trend) <= 8


def test_the_window_is_of_whole_hours_up_to_the_one_that_runs() -> None:
    assert window_of(3 * HOUR_S + 5, 5 * HOUR_S) == Window(3, 6)
    assert window_of(9 * HOUR_S, 5 * HOUR_S) == Window(5, 6)
    assert Window(3, 6).before == Window(0, 3)
