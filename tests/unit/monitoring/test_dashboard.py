"""The dashboard "Invalid Trace Monitoring" (S0-185 … S0-191, D-01, D-02, D-05, D-06)."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from assay.pipeline.monitoring import MonitoringSite, monitoring_files

FILES = monitoring_files(MonitoringSite())
DASHBOARD: dict[str, Any] = json.loads(FILES["grafana/dashboards/invalid-trace-monitoring.json"])
PANELS = {panel["title"]: panel for panel in DASHBOARD["panels"]}
DOCKER = Path(__file__).resolve().parents[3] / "docker"


def test_it_has_its_name_and_looks_every_30_seconds() -> None:
    """S0-185."""
    assert DASHBOARD["title"] == "Invalid Trace Monitoring"
    assert DASHBOARD["refresh"] == "30s"
    assert DASHBOARD["timezone"] == "utc"


@pytest.mark.parametrize(
    ("title", "kind", "expr"),
    [
        (
            "Invalid Trace Rate",
            "stat",
            'sum(rate(invalid_traces_total[5m])) / sum(rate(traces_processed_total{outcome=~"valid|invalid"}[5m]))',
        ),
        ("Issues by Severity", "piechart", "sum by (severity) (invalid_trace_issues)"),
        ("Issues by Category", "barchart", "sum by (category) (invalid_trace_issues)"),
        (
            "Resolution Time",
            "histogram",
            "histogram_quantile(0.95, sum by (le) (increase(issue_resolution_time_bucket[1d])))",
        ),
        (
            "Top Affected Tenants",
            "table",
            "topk(10, sum by (tenant_id) (increase(invalid_traces_total[1h])))",
        ),
    ],
)
def test_a_panel_asks_what_was_asked_for_as_it_was_repaired(title: str, kind: str, expr: str) -> None:
    """S0-186 … S0-190; D-01, D-02, D-05, D-06."""
    assert PANELS[title]["type"] == kind
    assert [target["expr"] for target in PANELS[title]["targets"]] == [expr]


def test_the_share_turns_colour_at_the_thresholds() -> None:
    """S0-186."""
    steps = PANELS["Invalid Trace Rate"]["fieldConfig"]["defaults"]["thresholds"]["steps"]
    assert [step["value"] for step in steps] == [None, 0.01, 0.05, 0.1]


def test_recent_critical_issues_are_critical_open_and_at_most_fifty() -> None:
    """S0-191: a table, because metrics have no log lines; each by itself is on the page and in `assay issues list`."""
    panel = PANELS["Recent Critical Issues"]
    (target,) = panel["targets"]
    assert target["expr"].startswith("topk(50, ")
    assert 'severity="critical"' in target["expr"]
    assert 'status!~"resolved|ignored"' in target["expr"]
    assert {"id": "limit", "options": {"limitField": 50}} in panel["transformations"]


def test_there_are_six_panels_and_none_covers_another() -> None:
    assert len(PANELS) == len(DASHBOARD["panels"]) == 6
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == 6
    places = [panel["gridPos"] for panel in DASHBOARD["panels"]]
    for number, one in enumerate(places):
        assert one["x"] + one["w"] <= 24
        for other in places[number + 1 :]:
            beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
            assert beside or one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]


def test_every_panel_asks_a_datasource_that_is_provisioned() -> None:
    (source,) = yaml.safe_load(FILES["grafana/datasources.yaml"])["datasources"]
    for panel in DASHBOARD["panels"]:
        assert panel["datasource"] == {"type": source["type"], "uid": source["uid"]}


def test_grafana_finds_the_dashboard_where_the_containers_have_it() -> None:
    (provider,) = yaml.safe_load(FILES["grafana/dashboards.yaml"])["providers"]
    volumes = yaml.safe_load((DOCKER / "compose.yaml").read_text())["services"]["grafana"]["volumes"]
    assert f"./grafana/dashboards:{provider['options']['path']}:ro" in volumes
    assert "./grafana/dashboards.yaml:/etc/grafana/provisioning/dashboards/assay.yaml:ro" in volumes
