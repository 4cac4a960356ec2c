"""Quality of the last five minutes by tenant, with thresholds from policy, and without drills (S0-67 … S0-80)."""

import json

import pytest
from click.testing import CliRunner

from assay.agents.cli.main import cli
from assay.agents.policy_files import load_policies
from assay.agents.quality_look import Detection, QualityLook, detection_of
from assay.agents.settings import load_settings
from assay.agents.views.monitor import Looked, QualityMonitor
from assay.pipeline.core.errors import Problem
from assay.pipeline.policy.parse_quality import parse_quality
from assay.pipeline.policy.quality_rules import MOST, RATES, QualityMetric, QualityThresholds
from assay.pipeline.testing import FakeClock
from assay.pipeline.views.buckets import counter
from assay.pipeline.views.quality import breaches, quality, quality_by_tenant
from assay.pipeline.views.top_tenants import top_tenants

DRILL = "9007199254740991"
TOTAL = QualityMetric.TOTAL_TRACES_PROCESSED
INVALID = QualityMetric.INVALID_TRACE_RATE
COUNTS = {
    counter("records", "detector", "acme", "valid", "passed"): 95,
    counter("records", "detector", "acme", "invalid", "blocking_issues"): 5,
    counter("records", "detector", "other", "valid", "passed"): 100,
    counter("records", "detector", DRILL, "invalid", "blocking_issues"): 100,
    counter("issues", "detector", DRILL, "security.pii_email", "critical"): 100,
}


def test_drills_are_not_among_all() -> None:
    assert quality([COUNTS], leaving_out=DRILL) == {
        QualityMetric.INVALID_TRACE_RATE: 0.025,
        QualityMetric.CRITICAL_ISSUE_RATE: 0,
        QualityMetric.SCHEMA_VIOLATION_RATE: 0,
        QualityMetric.SECURITY_VIOLATION_RATE: 0,
        TOTAL: 200,
    }
    assert quality([COUNTS])[TOTAL] == 300
    assert [each.tenant for each in top_tenants([COUNTS], 5, leaving_out=DRILL)] == ["acme", "other"]


def test_whoever_asks_for_the_tenant_of_drills_gets_it() -> None:
    assert quality([COUNTS], tenant=DRILL, leaving_out=DRILL)[INVALID] == 1


def test_each_tenant_has_metrics_of_its_own() -> None:
    """S0-75 … S0-79."""
    found = quality_by_tenant([COUNTS, COUNTS])
    assert {tenant: metrics[TOTAL] for tenant, metrics in found.items()} == {
        "acme": 200,
        "other": 200,
        DRILL: 200,
    }
    assert found["acme"][INVALID] == 0.05
    assert found["acme"] == quality([COUNTS], tenant="acme") | {TOTAL: 200}


def parsed(document: object) -> tuple[QualityThresholds, list[str]]:
    problems: list[Problem] = []
    found = parse_quality("policies/quality.yaml", document, problems)  # type: ignore[arg-type]  # JSON
    return found, [problem.where.partition(": ")[2] for problem in problems]


def test_thresholds_are_policy() -> None:
    """S0-67, S0-73."""
    found, problems = parsed({"thresholds": {"invalid_trace_rate": 0.02}, "least_traces": 150})
    assert not problems
    assert found.most == {**MOST, INVALID: 0.02}
    measured = quality([COUNTS], leaving_out=DRILL)
    assert [each.metric for each in breaches(measured, found)] == [INVALID]
    assert breaches(measured, parsed({"least_traces": 201})[0]) == []


def test_null_is_no_threshold() -> None:
    found, problems = parsed({"thresholds": dict.fromkeys(map(str, RATES))})
    assert not problems
    assert breaches(quality([COUNTS]), found) == []


def test_what_is_left_out_is_as_it_ships() -> None:
    assert parsed({}) == (QualityThresholds(), [])
    assert load_policies(load_settings()).quality == QualityThresholds()


@pytest.mark.parametrize(
    ("document", "where"),
    [
        ({"thresholds": {"invalid_trace_rate": "high"}}, "thresholds.invalid_trace_rate"),
        ({"thresholds": {"invalid_trace_rate": True}}, "thresholds.invalid_trace_rate"),
        ({"thresholds": {"invalid_trace_rate": -0.1}}, "thresholds.invalid_trace_rate"),
        ({"thresholds": {"total_traces_processed": 5}}, "thresholds.total_traces_processed"),
        ({"thresholds": [1]}, ""),
        ({"least_traces": 0}, "least_traces"),
        ({"threshold": {}}, "threshold"),
    ],
)
def test_what_is_wrong_in_the_file_is_said(document: object, where: str) -> None:
    assert where in parsed(document)[1] or (not where and len(parsed(document)[1]) == 1)


class Reader:
    """A view's reader."""

    async def buckets(self, _names: object) -> list[dict[str, int]]:
        return [COUNTS]

    async def sums(self, _collection: object) -> dict[str, int]:
        return {}


async def test_the_monitor_follows_the_bundle_and_leaves_drills_out() -> None:
    """S0-67, S0-69, S0-73."""
    bundle = load_policies(load_settings())
    monitor = QualityMonitor(
        Reader(),  # type: ignore[arg-type]  # what it reads with
        Reader(),  # type: ignore[arg-type]  # as above
        FakeClock(),
        list[Looked]().append,
        most_records=1,
        most_bytes=1,
    )
    monitor.use(bundle)
    looked = await monitor.look()
    assert looked.metrics[TOTAL] == 200
    assert looked.breaches == []


def test_latencies_are_those_of_the_detector() -> None:
    counts = {
        counter("latency", "detector", "10"): 99,
        counter("latency", "detector", "+Inf"): 1,
        counter("latency", "classifier", "5000"): 1000,
        counter("latency", "detector", "a bucket of another version"): 7,
    }
    found = detection_of(counts)
    assert found.traces == 100
    assert found.p50_ms is not None
    assert 5 < found.p50_ms <= 10
    assert found.p99_ms == 10
    assert detection_of({}) == Detection(0, None, None)


def looked(**changes: object) -> QualityLook:
    metrics = quality([COUNTS], leaving_out=DRILL)
    thresholds = QualityThresholds({INVALID: 0.02})
    found = {
        "metrics": metrics,
        "tenants": quality_by_tenant([COUNTS]),
        "drill_tenant": DRILL,
        "breaches": tuple(breaches(metrics, thresholds)),
        "detection": Detection(200, 12.0, 40.0),
    }
    return QualityLook(**(found | changes))  # type: ignore[arg-type]  # as above


@pytest.fixture
def verb(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setattr("assay.agents.cli.quality.bundle_in_use", load_policies)
    monkeypatch.setattr("assay.agents.cli.quality.look", lambda *_: looked())
    return monkeypatch


def test_the_verb_shows_all_and_each_tenant_and_says_what_is_bad(verb: pytest.MonkeyPatch) -> None:
    """S0-71 … S0-79."""
    result = CliRunner().invoke(cli, ["quality"])
    assert result.exit_code == 1
    assert "(all)" in result.output
    assert "acme" in result.output
    assert "other" in result.output
    assert "invalid_trace_rate is 0.0250, above 0.02" in result.output
    assert "Left out: 100 traces of drills." in result.output
    assert "p50 12 ms, p99 40 ms, 200 traces" in result.output


def test_the_verb_gives_scripts_the_same(verb: pytest.MonkeyPatch) -> None:
    result = CliRunner().invoke(cli, ["quality", "--json"])
    document = json.loads(result.output)
    assert document["metrics"]["total_traces_processed"] == 200
    assert [each["metric"] for each in document["breaches"]] == ["invalid_trace_rate"]
    assert set(document["tenants"]) == {"acme", "other"}
    assert document["drill"]["total_traces_processed"] == 100
    assert document["detection_ms"] == {"traces": 200, "p50": 12.0, "p99": 40.0}


def test_a_tenant_asks_for_itself_and_hears_of_nobody_else(verb: pytest.MonkeyPatch) -> None:
    result = CliRunner().invoke(cli, ["quality", "--tenant", "acme"])
    assert result.exit_code == 0
    assert "acme" in result.output
    assert "other" not in result.output
    assert "(all)" not in result.output
    document = json.loads(CliRunner().invoke(cli, ["quality", "--tenant", "acme", "--json"]).output)
    assert document["metrics"]["total_traces_processed"] == 100
    assert "tenants" not in document


def test_an_empty_window_has_no_metrics(verb: pytest.MonkeyPatch) -> None:
    """S0-80."""
    empty = looked(metrics={}, tenants={}, breaches=(), detection=Detection(0, None, None))
    verb.setattr("assay.agents.cli.quality.look", lambda *_: empty)
    result = CliRunner().invoke(cli, ["quality"])
    assert (result.exit_code, result.output) == (0, "No traces in the last five minutes.\n")
    assert json.loads(CliRunner().invoke(cli, ["quality", "--json"]).output)["metrics"] == {}
