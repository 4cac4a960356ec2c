"""Who is told of an alert, judged by Alertmanager itself (OPERATIONS 5.1)."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from assay.pipeline.monitoring import MonitoringSite, alerts_in, monitoring_files, rule_groups
from assay.pipeline.monitoring.alertmanager import CONSEQUENCES

from .conftest import Run

NAME = "alertmanager/alertmanager.yml"
HOOK = MonitoringSite(webhook="http://127.0.0.1:1/hook", watchdog="http://127.0.0.1:1/alive")


def document(site: MonitoringSite = MonitoringSite()) -> dict[str, Any]:  # noqa: B008 - it is frozen
    found: dict[str, Any] = yaml.safe_load(monitoring_files(site)[NAME])
    return found


@pytest.mark.parametrize("site", [MonitoringSite(), HOOK], ids=["nobody is told", "a webhook is"])
def test_alertmanager_takes_it(site: MonitoringSite, tool: Run, tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(monitoring_files(site)[NAME])
    done = tool("amtool", "check-config", str(tmp_path / "a.yml"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 receivers" in done.stdout


@pytest.mark.parametrize(
    ("receiver", "labels"),
    [
        ("on_call", ["alertname=CriticalTraceIssue", "severity=critical", "team=security_team"]),
        ("on_call", ["alertname=UnresolvedCriticalIssues", "severity=critical", "team=compliance_team"]),
        ("on_call", ["alertname=UnaccountedTraces", "severity=critical"]),
        ("teams", ["alertname=HighInvalidTraceRate", "severity=warning", "team=platform_engineering"]),
        ("teams", ["alertname=RedisDegraded", "severity=warning"]),
        ("teams", ["alertname=SomebodyElses"]),
        ("watchdog", ["alertname=Watchdog", "severity=none"]),
    ],
)
def test_an_alert_goes_to_whom_it_is_for(receiver: str, labels: list[str], tool: Run, tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(monitoring_files(HOOK)[NAME])
    done = tool(
        "amtool",
        "config",
        "routes",
        "test",
        f"--config.file={tmp_path / 'a.yml'}",
        f"--verify.receivers={receiver}",
        *labels,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_criticals_are_told_at_once_and_nothing_else_is() -> None:
    """The 10 s, 10 s and 12 h of the document are for criticals only."""
    root = document()["route"]
    (critical,) = [route for route in root["routes"] if route["receiver"] == "on_call"]
    assert critical["matchers"] == ['severity="critical"']
    waits = ("group_wait", "group_interval", "repeat_interval")
    assert [critical[wait] for wait in waits] == ["10s", "10s", "12h"]
    assert [root[wait] for wait in waits] == ["30s", "5m", "4h"]


def test_what_explains_another_alert_keeps_it_silent() -> None:
    names = {alert.name for alert in alerts_in(rule_groups(MonitoringSite()))}
    for source, targets in CONSEQUENCES.items():
        assert {source, *targets} <= names
        assert source not in targets
    assert len(document()["inhibit_rules"]) == len(CONSEQUENCES)


def test_nothing_keeps_a_critical_alert_silent() -> None:
    severity = {alert.name: alert.severity for alert in alerts_in(rule_groups(MonitoringSite()))}
    for targets in CONSEQUENCES.values():
        assert not [name for name in targets if severity[name] == "critical"]


def test_the_end_of_an_alert_is_told_but_not_that_of_the_watchdog() -> None:
    receivers = {each["name"]: each["webhook_configs"][0] for each in document(HOOK)["receivers"]}
    assert receivers["on_call"] == {"url": HOOK.webhook, "send_resolved": True}
    assert receivers["watchdog"] == {"url": HOOK.watchdog, "send_resolved": False}


def test_without_an_address_nobody_is_told() -> None:
    assert document()["receivers"] == [{"name": "on_call"}, {"name": "teams"}, {"name": "watchdog"}]
