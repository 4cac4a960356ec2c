"""The alerts, judged by Prometheus itself: each fires when it must and is silent when it must (S0-195 … S0-197, D-01 … D-04)."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from assay.pipeline.monitoring import MonitoringSite, alerts_in, monitoring_files, rule_groups
from assay.pipeline.monitoring.pace import Pace

from .alert_cases import ALWAYS, CASES, Case
from .conftest import Run

RUNBOOKS = Path(__file__).resolve().parents[3] / "docs" / "runbooks.md"
FILES = monitoring_files(MonitoringSite())
GROUPS = yaml.safe_load(FILES["prometheus/rules.yml"])["groups"]
RULES = {rule["alert"]: rule for group in GROUPS for rule in group["rules"] if "alert" in rule}


def told(rule: Mapping[str, Any], labels: Mapping[str, str]) -> dict[str, str]:
    """Annotations as Prometheus fills them in."""
    return {
        name: re.sub(r"{{ \$labels\.(\w+) }}", lambda found: labels.get(found[1], ""), text)
        for name, text in rule["annotations"].items()
    }


def without_other_alerts(name: str) -> dict[str, Any]:
    """The rules that one alert needs. All of them, over the days that some cases last, take long."""
    groups = [
        {**group, "rules": [rule for rule in group["rules"] if rule.get("alert", name) == name]}
        for group in GROUPS
    ]
    return {"groups": groups}


def as_promtool_reads_it(case: Case) -> dict[str, Any]:
    rule = RULES[case.alert]
    fired = []
    if case.fires is not None:
        labels = {**case.fires, "severity": rule["labels"]["severity"], "team": case.team}
        fired = [{"exp_labels": labels, "exp_annotations": told(rule, labels)}]
    return {
        "name": case.name,
        "interval": "30s",
        "input_series": [{"series": name, "values": values} for name, values in case.series.items()],
        "alert_rule_test": [{"eval_time": case.at, "alertname": case.alert, "exp_alerts": fired}],
    }


@pytest.mark.parametrize("alert", RULES)
def test_an_alert_fires_when_it_must_and_only_then(alert: str, tool: Run, tmp_path: Path) -> None:
    """S0-195, S0-196, S0-197; D-01, D-02, D-03, D-04."""
    tests = [as_promtool_reads_it(case) for case in CASES if case.alert == alert]
    document = {"rule_files": ["rules.yml"], "evaluation_interval": "30s", "tests": tests}
    (tmp_path / "rules.yml").write_text(yaml.safe_dump(without_other_alerts(alert)))
    (tmp_path / "cases.yml").write_text(yaml.safe_dump(document))
    done = tool("promtool", "test", "rules", str(tmp_path / "cases.yml"))
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_is_shown_firing_and_not_firing() -> None:
    fires = {case.alert for case in CASES if case.fires is not None}
    silent = {case.alert for case in CASES if case.fires is None}
    assert fires == RULES.keys()
    assert silent == RULES.keys() - ALWAYS


def test_rules_and_configuration_are_what_prometheus_takes(tool: Run, tmp_path: Path) -> None:
    for name in ("prometheus.yml", "rules.yml"):
        (tmp_path / name).write_text(FILES[f"prometheus/{name}"])
    for check in (("check", "config", "prometheus.yml"), ("check", "rules", "rules.yml")):
        done = tool("promtool", *check[:2], str(tmp_path / check[2]))
        assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(RULES) + 4} rules found" in done.stdout


@pytest.mark.parametrize("name", RULES)
def test_an_alert_says_how_bad_whose_and_what_to_do(name: str) -> None:
    rule = RULES[name]
    assert rule["labels"]["severity"] in {"critical", "warning", "none"}
    assert rule["labels"]["team"]
    assert rule["annotations"].keys() == {
        "summary",
        "description",
        "priority",
        "runbook",
        "runbook_url",
        "dashboard_uid",
    }
    assert rule["annotations"]["runbook_url"].endswith(f"runbooks.md#{name.lower()}")


def test_every_alert_has_its_heading_among_the_runbooks_and_no_heading_is_left_over() -> None:
    headings = re.findall(r"^## (.+)$", RUNBOOKS.read_text(encoding="utf-8"), re.MULTILINE)
    assert headings == [*RULES]


@pytest.mark.parametrize("name", RULES)
def test_no_alert_quotes_a_value(name: str) -> None:
    """Promise 4: words of ours only; ``$value`` is a number that nobody can look behind."""
    text = " ".join([*RULES[name]["annotations"].values(), *RULES[name]["labels"].values()])
    named = set(re.findall(r"\$\w+(?:\.\w+)?", text))
    assert named <= {
        f"$labels.{label}"
        for label in (
            "category",
            "kind",
            "lane",
            "partition",
            "cause",
            "view",
            "channel",
            "rule",
            "member",
            "instance",
        )
    }


@pytest.mark.parametrize("name", ["HighInvalidTraceRate", "CriticalTraceIssue", "UnresolvedCriticalIssues"])
def test_the_alerts_that_were_asked_for_have_their_names_and_severities(name: str) -> None:
    """S0-195, S0-196, S0-197."""
    severity = "warning" if name == "HighInvalidTraceRate" else "critical"
    assert RULES[name]["labels"]["severity"] == severity


def test_the_literal_rate_is_kept_as_a_recording_rule() -> None:
    """D-01."""
    (first, *_) = GROUPS[0]["rules"]
    assert first["expr"] == "rate(invalid_traces_total[5m])"


@pytest.mark.parametrize("scrape_s", [1, 5, 15, 30, 60])
def test_a_window_holds_at_least_four_scrapes(scrape_s: int) -> None:
    """D-04, at every pace that can be asked for."""
    for alert in alerts_in(rule_groups(MonitoringSite(pace=Pace(scrape_s)))):
        for number, unit in re.findall(r"\[(\d+)([smhd])\]", alert.expr):
            assert int(number) * {"s": 1, "m": 60, "h": 3600, "d": 86_400}[unit] >= 4 * scrape_s, alert.name


@pytest.mark.parametrize("scrape_s", [1, 5, 15, 30, 60])
def test_news_lasts_until_people_have_heard_of_it(scrape_s: int) -> None:
    """Alertmanager tells nobody of an alert that is over before it has waited for others: the first one ever would be lost."""
    pace = Pace(scrape_s)
    assert pace.news_s - 2 * scrape_s > 10
    assert pace.news_s >= 4 * scrape_s
