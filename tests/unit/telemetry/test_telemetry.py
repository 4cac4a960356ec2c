"""Metrics of a worker: names that operators rely on, figures that equal the tallies (S0-192 … S0-194)."""

from collections import Counter
from collections.abc import Sequence

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, generate_latest

from assay.agents.invalid_by_tenant import MOST_TENANTS, OTHER_TENANTS
from assay.agents.lanes.step import SourceRange
from assay.agents.telemetry import DEAD_LETTER_REASONS, Telemetry
from assay.pipeline.classify import decision as classify_decision
from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.issue import Category, Severity
from assay.pipeline.core.metrics import METRICS, Metric
from assay.pipeline.core.outcome import Disposition, Hop, Outcome, Reason
from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.dispose import Tally
from assay.pipeline.dispose.testing import BUNDLE, a_record, an_issue
from assay.pipeline.policy.classification import CLASSIFICATION
from assay.pipeline.remediate import decision as remediate_decision

NOW_NS = 1_700_000_001_000_000_000
SOURCES = [SourceRange("traces.raw", 0, 0, 10, 10)]
Count = tuple[str, Outcome | Hop, Reason]
COUNTS = st.tuples(
    st.sampled_from(["acme", "7", "none"]),
    st.sampled_from([*Outcome, *Hop]),
    st.sampled_from(Reason),
)


def new() -> Telemetry:
    return Telemetry(CollectorRegistry(), ["detector"])


def a_tally(*counts: Count, issues: Sequence[IssueCode] = (), latency_ms: int = 1000) -> list[Outgoing]:
    tally = Tally("detector", "group", BUNDLE)
    record = a_record(timestamp=NOW_NS // 1_000_000 - latency_ms)
    for tenant, outcome, reason in counts:
        found = [an_issue(code) for code in issues]
        tally.count(record, tenant, outcome, reason, NOW_NS, issues=found)
    return tally.to_outgoing(SOURCES, NOW_NS)


def value(telemetry: Telemetry, name: str, **labels: str) -> float | None:
    return telemetry.registry.get_sample_value(name, labels)


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_every_metric_is_exported_under_its_name_with_its_sentence(metric: Metric) -> None:
    """S0-192, S0-193: what dashboards and alerts are built on."""
    telemetry = new()
    text = generate_latest(telemetry.registry).decode()
    assert f"# HELP {metric.name} {metric.help}\n" in text
    assert f"# TYPE {metric.name} {metric.kind}\n" in text


def test_no_series_is_exported_that_is_not_in_the_list() -> None:
    """Not even the time at which a counter was created."""
    telemetry = new()
    telemetry.for_lane("detector").committed(
        SOURCES, a_tally(("acme", Hop.INVALID, Reason.UNREADABLE), issues=[*IssueCode]), 0.1
    )
    telemetry.set_lags("detector", {0: 5})
    declared = {metric.name: set(metric.labels) for metric in METRICS}
    for family in telemetry.registry.collect():
        for sample in family.samples:
            base = sample.name
            for ending in ("_bucket", "_sum", "_count") if family.type == "histogram" else ():
                base = base.removesuffix(ending)
            assert base in declared
            assert set(sample.labels) - {"le"} == declared[base]


def test_what_can_be_known_starts_at_zero() -> None:
    """DESIGN 11: a rate over a counter that appears with its first event misses that event."""
    telemetry = new()
    text = generate_latest(telemetry.registry).decode()
    for outcome in (*Outcome, *Hop):
        assert value(telemetry, "traces_processed_total", outcome=outcome) == 0
    for code in IssueCode:
        assert f'code="{code.value}"' in text
    assert value(telemetry, "dead_letters_total", reason="worker_crash") == 0
    assert value(telemetry, "lane_data_lost_records_total", lane="detector") == 0
    assert value(telemetry, "lane_batch_seconds_count", lane="detector") == 0
    for cause in ("FencedError", "UnknownOutcomeError", "TransientError", "TimeoutError"):
        assert value(telemetry, "lane_producer_rebuilds_total", lane="detector", cause=cause) == 0
    assert value(telemetry, "trace_detection_seconds_count") == 0


def test_an_issue_is_counted_from_zero_however_bad_a_policy_says_it_is() -> None:
    """D-04: a bundle may make any code critical, and the first one must be seen to rise."""
    telemetry = new()
    for code, policy in CLASSIFICATION.items():
        for severity in Severity:
            labels = {"severity": severity.value, "category": policy.category.value, "code": code.value}
            assert value(telemetry, "invalid_trace_issues_detected_total", **labels) == 0


def test_every_reason_to_wait_for_a_person_starts_at_zero() -> None:
    """D-04. The reasons are those of the decisions that end there."""
    every = [*vars(classify_decision).values(), *vars(remediate_decision).values()]
    ends = {Outcome.DEAD_LETTERED, Disposition.DEAD_LETTER}
    planned = {each.disposition for each in every if isinstance(each, classify_decision.Decision)}
    assert planned & ends
    reasons = {
        each.reason
        for each in every
        if (isinstance(each, classify_decision.Decision) and each.disposition in ends)
        or (isinstance(each, remediate_decision.Decision) and each.outcome in ends)
    }
    assert reasons <= set(DEAD_LETTER_REASONS)
    for reason in DEAD_LETTER_REASONS:
        assert value(new(), "dead_letters_total", reason=reason) == 0


def test_a_label_set_without_groups_is_not_exported_so_counting_series_is_right() -> None:
    """D-03: ``count(invalid_trace_issues{severity='critical',status!='resolved'}) > 0``, as it was asked for."""
    telemetry = new()
    where = {"severity": "critical", "category": "security"}

    def series() -> set[str]:
        text = generate_latest(telemetry.registry).decode()
        return {line for line in text.splitlines() if line.startswith("invalid_trace_issues{")}

    assert not [line for line in series() if 'status="resolved"' not in line]
    telemetry.set_issue_groups({("critical", "security", "detected"): 2})
    assert value(telemetry, "invalid_trace_issues", **where, status="detected") == 2
    telemetry.set_issue_groups({("critical", "security", "resolved"): 2})
    assert value(telemetry, "invalid_trace_issues", **where, status="detected") is None
    assert value(telemetry, "invalid_trace_issues", **where, status="resolved") == 2
    telemetry.set_issue_groups({})
    assert value(telemetry, "invalid_trace_issues", **where, status="resolved") == 0, (
        "a sum is 0, not nothing"
    )
    assert len(series()) == len(Severity) * len(Category)


def test_two_workers_in_one_process_do_not_count_together() -> None:
    one, other = new(), new()
    one.for_lane("detector").committed(SOURCES, a_tally(("acme", Outcome.VALID, Reason.PASSED)), 0.1)
    assert value(one, "traces_processed_total", outcome="valid") == 1
    assert value(other, "traces_processed_total", outcome="valid") == 0


@given(st.lists(st.lists(COUNTS, max_size=5), max_size=4))
@settings(deadline=None)
def test_the_counters_are_the_sums_of_the_tallies(transactions: list[list[Count]]) -> None:
    """DESIGN 4: exact, because a tally commits with the work it counts."""
    telemetry = new()
    for counts in transactions:
        telemetry.for_lane("detector").committed(SOURCES, a_tally(*counts), 0.1)
    together = [count for counts in transactions for count in counts]
    outcomes = Counter(outcome.value for _, outcome, _ in together)
    invalid = Counter(tenant for tenant, outcome, _ in together if outcome is not Outcome.VALID)
    dead = Counter(reason.value for _, outcome, reason in together if outcome is Outcome.DEAD_LETTERED)
    for outcome in (*Outcome, *Hop):
        assert value(telemetry, "traces_processed_total", outcome=outcome) == outcomes[outcome]
    for tenant in ("acme", "7", "none"):
        assert (value(telemetry, "invalid_traces_total", tenant_id=tenant) or 0) == invalid[tenant]
    for reason in Reason:
        assert (value(telemetry, "dead_letters_total", reason=reason) or 0) == dead[reason]
    assert value(telemetry, "trace_detection_seconds_count") == len(together)
    assert value(telemetry, "lane_batch_seconds_count", lane="detector") == len(transactions)


def test_issues_are_counted_by_severity_category_and_code() -> None:
    """S0-193, also those of traces that pass with warnings."""
    telemetry = new()
    warned = ("acme", Outcome.VALID, Reason.PASSED_WITH_WARNINGS)
    telemetry.for_lane("detector").committed(
        SOURCES, a_tally(warned, warned, issues=[IssueCode.SCHEMA_MISMATCH_MINOR]), 0.1
    )
    labels = {"severity": "critical", "category": "schema", "code": "schema.mismatch_minor"}
    assert value(telemetry, "invalid_trace_issues_detected_total", **labels) == 2


def test_detection_latency_is_a_histogram_in_seconds() -> None:
    telemetry = new()
    passed = ("acme", Outcome.VALID, Reason.PASSED)
    for latency_ms in (1, 40, 40, 700, 90_000_000):
        telemetry.for_lane("detector").committed(SOURCES, a_tally(passed, latency_ms=latency_ms), 0.1)
    [family] = [family for family in telemetry.registry.collect() if family.name == "trace_detection_seconds"]
    buckets = [
        (float(sample.labels["le"]), sample.value)
        for sample in family.samples
        if sample.name.endswith("_bucket")
    ]
    assert buckets == sorted(buckets), "cumulative, by rising bounds"
    assert next(bound for bound, count in buckets if count >= 1) <= 0.001
    assert max(count for bound, count in buckets if bound <= 0.5) == 3
    assert list(buckets[-1]) == [float("inf"), 5]
    assert value(telemetry, "trace_detection_seconds_sum") == pytest.approx(90_000.781)


def test_a_flood_of_tenants_cannot_flood_the_metrics() -> None:
    """DESIGN 11: tenants are capped; what is over the cap is counted together, not lost."""
    telemetry = new()
    invalid = Hop.INVALID
    tenants = [f"tenant-{number}" for number in range(MOST_TENANTS + 20)]
    for _ in range(2):
        telemetry.for_lane("detector").committed(
            SOURCES, a_tally(*((tenant, invalid, Reason.UNREADABLE) for tenant in tenants)), 0.1
        )
    assert value(telemetry, "invalid_traces_total", tenant_id=tenants[0]) == 2
    assert value(telemetry, "invalid_traces_total", tenant_id=tenants[-1]) is None
    assert value(telemetry, "invalid_traces_total", tenant_id=OTHER_TENANTS) == 40
    text = generate_latest(telemetry.registry).decode()
    assert text.count("invalid_traces_total{") == MOST_TENANTS + 1


def test_the_lag_of_a_partition_that_went_away_goes_with_it() -> None:
    telemetry = new()
    telemetry.set_lags("detector", {0: 5, 1: 7})
    telemetry.set_lags("classifier", {0: 1})
    telemetry.set_lags("detector", {1: 3})
    assert value(telemetry, "lane_lag_records", lane="detector", partition="0") is None
    assert value(telemetry, "lane_lag_records", lane="detector", partition="1") == 3
    assert value(telemetry, "lane_lag_records", lane="classifier", partition="0") == 1


def test_rebuilds_and_lost_records_are_counted() -> None:
    telemetry = new()
    lane = telemetry.for_lane("detector")
    lane.rebuilt(3, "FencedError")
    lane.data_lost("traces.raw", 0, 12)
    assert value(telemetry, "lane_producer_rebuilds_total", lane="detector", cause="FencedError") == 1
    assert value(telemetry, "lane_data_lost_records_total", lane="detector") == 12


def test_records_that_are_no_tally_are_not_read() -> None:
    """What is written for a trace must not be parsed a second time, whatever it looks like."""
    telemetry = new()
    outgoing = Outgoing(TopicRole.VALID, 0, b"k", b"{not json", [], None)
    telemetry.for_lane("detector").committed(SOURCES, [outgoing], 0.1)
    assert value(telemetry, "traces_processed_total", outcome="valid") == 0


def test_a_tally_in_several_parts_is_counted_once() -> None:
    """More tenants than fit one record: counts are spread over parts, latencies are not."""
    counts = [(f"tenant-{number}", Hop.INVALID, Reason.UNREADABLE) for number in range(3500)]
    parts = a_tally(*counts)
    assert [orjson.loads(part.value or b"")["part"] for part in parts] == [1, 2]
    telemetry = new()
    telemetry.for_lane("detector").committed(SOURCES, parts, 0.1)
    assert value(telemetry, "traces_processed_total", outcome="invalid") == 3500
    assert value(telemetry, "trace_detection_seconds_count") == 3500


def test_bundles_are_counted_and_the_age_of_the_one_in_use_is_told() -> None:
    """A worker that was left behind stands out; a process that uses no bundle must not look like one."""
    telemetry = new()
    assert value(telemetry, "policy_bundle_active_timestamp_seconds") == 0
    telemetry.bundle_in_use(12.5)
    telemetry.bundle_activated()
    telemetry.bundle_refused()
    assert value(telemetry, "policy_bundle_active_timestamp_seconds") == 12.5
    assert value(telemetry, "policy_bundles_activated_total") == 1
    assert value(telemetry, "policy_bundles_refused_total") == 1
    apart = Telemetry(CollectorRegistry(), [])
    assert value(apart, "policy_bundle_active_timestamp_seconds") is None
    assert value(apart, "policy_bundles_refused_total") == 0
