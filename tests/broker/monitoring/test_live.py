"""From a critical trace to the people who are told of it, and back, through real Prometheus and Alertmanager (issue 6, "Must show" 5)."""

import json
import os
import re
import time
from functools import partial
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from confluent_kafka import Producer

from assay.agents.cli.main import cli
from assay.agents.settings import Settings
from assay.agents.topics import topic_name
from assay.pipeline.core.metrics import ALL_METRICS, API_METRICS
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.drill import Drill, Run, synthetic_traces

from ...processes import ASSAY, environment
from ..conftest import Workers
from .conftest import Monitoring, get, until

pytestmark = [pytest.mark.broker, pytest.mark.long]

ROOT = Path(__file__).resolve().parents[3]
GOOD = (ROOT / "schemas/workflow_trace/examples/valid/full-1.2.0.json").read_bytes()
AGENTS = "detector,classifier,auto_remediation,issues,escalation,manual_remediation,views,quarantine,notifier,replay"
CRITICALS = 'sum(invalid_trace_issues_detected_total{severity="critical"})'
TENANT = "4711"


def publish(settings: Settings, *values: bytes) -> None:
    producer = Producer({"bootstrap.servers": settings.bootstrap_servers})
    for value in values:
        producer.produce(topic_name(TopicRole.RAW, settings.topic_prefix), value, b"k")
    assert producer.flush(30) == 0


def a_critical_trace() -> bytes:
    (made,) = synthetic_traces(Run(Drill.CRITICAL, "live", TENANT, time.time_ns()))
    return made.value


def as_user(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line has the test's settings."""
    told = environment(settings)
    for name in told.keys() - os.environ.keys():
        monkeypatch.setenv(name, told[name])
    monkeypatch.setenv("ASSAY_HOME", str(settings.home))


def assay(*arguments: str) -> str:
    done = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_first_critical_trace_ever_is_told_and_its_end_is_told_too(
    monitoring: Monitoring, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S0-185 … S0-197, D-02, D-03, D-04; S0-201 beside the notifier."""
    as_user(workers.settings, monkeypatch)
    workers.start(AGENTS, web_port=monitoring.worker_port)
    until(lambda: monitoring.number(CRITICALS) == 0, "the counter never began at zero")
    until(lambda: '"ready":true' in get(f"http://127.0.0.1:{monitoring.worker_port}/ready"), "never ready")
    assert not monitoring.firing() & {"CriticalTraceIssue", "UnresolvedCriticalIssues"}

    publish(workers.settings, *[GOOD] * 50, a_critical_trace())
    told = monitoring.told
    until(lambda: told.alerts("CriticalTraceIssue", "firing"), "nobody was told of the first one ever")
    first = told.alerts("CriticalTraceIssue", "firing")[0]
    assert first["labels"]["category"] == "security"
    assert first["labels"]["team"] == "security_team"
    assert first["annotations"]["runbook_url"] == "docs/runbooks.md#criticaltraceissue"
    until(lambda: told.alerts("UnresolvedCriticalIssues", "firing"), "nobody was told that it is open")
    assert json.loads(told.bodies[-1])["receiver"] == "on_call"
    assert monitoring.number("sum(invalid_traces_total)") == 1

    every_expression_has_an_answer(monitoring, workers)

    found = json.loads(assay("issues", "list", "--json", "--severity", "critical"))
    assert found, "the worker has groups of it"
    for group in found:
        assay("issues", "resolve", group["fingerprint"], "--reason", "a drill", "--actor", "dana")
    until(lambda: told.alerts("UnresolvedCriticalIssues", "resolved"), "nobody was told that it is over")
    until(
        lambda: told.alerts("CriticalTraceIssue", "resolved"), "nobody was told that it is no news any more"
    )
    assert not monitoring.firing() & {"CriticalTraceIssue", "UnresolvedCriticalIssues"}
    literal = "count(invalid_trace_issues{severity='critical',status!='resolved'}) > 0"
    assert monitoring.query(literal) == [], "D-03: as it was asked for, it is right as well"
    assert monitoring.number("histogram_quantile(0.95, sum by (le) (issue_resolution_time_bucket))") > 0

    everything = "".join(told.bodies)
    assert TENANT not in everything
    assert "@" not in everything, "the address that stood in the trace"


def every_expression_has_an_answer(monitoring: Monitoring, workers: Workers) -> None:
    """Every panel and every rule, of Prometheus itself; and every metric has come from a real process."""
    audit = workers.launch([*ASSAY, "audit", "--metrics", str(monitoring.told.audit_file)])
    assert audit.wait(60) == 0, workers.said()
    until(lambda: monitoring.number("max(unaccounted_traces)") == 0, "the audit was never seen")
    exported = {metric.name for metric in ALL_METRICS} - {metric.name for metric in API_METRICS}
    dashboard = json.loads(
        (monitoring.folder / "grafana/dashboards/invalid-trace-monitoring.json").read_text()
    )
    for panel in dashboard["panels"]:
        (target,) = panel["targets"]
        until(partial(monitoring.query, target["expr"]), f"{panel['title']} shows nothing")
    rules = yaml.safe_load((monitoring.folder / "prometheus/rules.yml").read_text())
    for group in rules["groups"]:
        for rule in group["rules"]:
            monitoring.query(rule["expr"])
            for name in set(re.findall(r"\b[a-z_]+\b", rule["expr"])) & exported:
                series = f'{{__name__=~"{name}(_bucket)?"}}'
                assert monitoring.query(f"count({series})"), f"{name} was never exported"


def test_one_that_comes_while_nobody_looks_is_told_as_soon_as_somebody_does(
    monitoring: Monitoring, workers: Workers
) -> None:
    """D-04: the first scrape already has it, so there is no rise to see."""
    publish(workers.settings, a_critical_trace())
    workers.start("detector", web_port=monitoring.worker_port)
    until(lambda: "CriticalTraceIssue" in monitoring.firing(), "it never fired")
