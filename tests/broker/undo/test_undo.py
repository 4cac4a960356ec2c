"""A rule is undone on the real Kafka: through kills, twice, beside the lanes that judge anew; and the audit agrees."""

import json
import time
from collections import Counter
from typing import Any

import click
import pytest
from click.testing import CliRunner

from assay.agents.audit import run_audit
from assay.agents.cli.replay import replay
from assay.agents.cli.rules import rules
from assay.agents.generate import publish
from assay.agents.settings import Settings
from assay.agents.topics import topic_name
from assay.pipeline.core import headers as names
from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.generate import generate

from ...processes import environment
from ..conftest import Workers
from ..replay.conftest import Stage, header

pytestmark = [pytest.mark.broker, pytest.mark.long(40)]

RECORDS = 1200
LANES = "detector,classifier,auto_remediation"
RULE = "invalid_data_types"
CRASHED = 137
PATIENCE_S = 60


class Cli:
    """``assay …`` with the test's settings: what it prints as JSON."""

    def __init__(self, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        for name, value in environment(settings).items():
            if name.startswith("ASSAY_"):
                monkeypatch.setenv(name, value)

    def __call__(self, group: click.Group, *arguments: str, status: int = 0) -> Any:
        result = CliRunner().invoke(group, [*arguments, "--json"], catch_exceptions=False)
        assert result.exit_code == status, result.output
        return json.loads(result.stdout)


def test_an_undo_that_is_killed_and_repeated_takes_each_repair_back_once(
    workers: Workers, settings_for_test: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Promises 1 and 2: dry run, undo, kills at three places, undo again; then every book balances."""
    cli = Cli(settings_for_test, monkeypatch)
    stage = Stage(settings_for_test, workers, monkeypatch)
    items = generate(
        seed=5,
        count=RECORDS,
        tenants=3,
        fault_share=0.5,
        mix={IssueCode.SCHEMA_TYPE_INVALID: 3, IssueCode.SCHEMA_VERSION_UNKNOWN: 1},
        now_ns=time.time_ns(),
    )
    publish(settings_for_test, items, topic=topic_name(TopicRole.RAW, settings_for_test.topic_prefix))
    worker = workers.start(LANES)
    assert run_audit(settings_for_test, wait_s=PATIENCE_S).ok
    applied = [
        each
        for each in cli(rules, "receipts", "--rule", RULE, "--limit", "10000")
        if each["result"] == "applied"
    ]
    wanted = {each["source"] for each in applied if each["outcome"] == "remediated"}
    assert len(wanted) > 20
    assert all(each["paths"] and not each["retracted"] for each in applied)

    window = ("--version", "1", "--since", "1h")
    plan = cli(rules, "undo", RULE, *window, "--dry-run", "--reason", "a look")
    assert plan["decisions"] == {"replay": len(wanted)}
    assert sum(plan["predicted"].values()) == len(wanted)
    replaying = "detector,classifier,auto_remediation,replay"
    worker.terminate()
    assert worker.wait(20) == 0
    # Nobody is there to answer: the command waits on its topic for the first agent, which dies over it.
    job = cli(
        rules,
        "undo",
        RULE,
        *window,
        "--rate",
        "200",
        "--timeout",
        "1",
        "--reason",
        "it guesses",
        "--actor",
        "ann",
        status=3,
    )["job"]
    for point, after in {"after_send": 1, "before_end_txn": 2, "after_end_txn": 2}.items():
        assert workers.start("replay", crash_at=point, crash_after=after).wait(PATIENCE_S) == CRASHED
    worker = workers.start(replaying)
    stage.until(lambda: cli(replay, "status", job)["status"] == "succeeded")
    assert cli(replay, "status", job)["done"] == {"replay": len(wanted)}
    again = cli(rules, "undo", RULE, *window, "--reason", "once more")["job"]
    stage.until(lambda: cli(replay, "status", again)["status"] == "succeeded")
    assert cli(replay, "status", again)["done"] == {"not_current": len(wanted)}

    report = run_audit(settings_for_test, wait_s=PATIENCE_S)
    worker.terminate()
    assert worker.wait(20) == 0
    assert report.ok, report.to_json()["findings"]
    assert report.to_json()["retractions"] == {"records": len(wanted), "by_rule": {f"{RULE}@1": len(wanted)}}
    assert report.replays.sources == len(wanted)
    retractions = [each for each in stage.messages(TopicRole.REMEDIATED) if header(each, names.RETRACTS)]
    assert Counter(header(each, names.RETRACTS) for each in retractions) == dict.fromkeys(wanted, 1)
    repaired = [
        each
        for each in cli(rules, "receipts", "--rule", f"{RULE}@1", "--limit", "10000")
        if each["outcome"] == "remediated"
    ]
    assert {each["source"] for each in repaired} == wanted, "it repaired none of them again"
    assert all(each["retracted"] for each in repaired)
    said = Counter((each.key() or b"").decode() for each in stage.messages(TopicRole.AUDIT))
    assert said == {"rules.undo": 2}


def test_a_receipt_is_opened_only_where_that_is_allowed_and_after_it_was_noted(
    workers: Workers, settings_for_test: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Promise 4, S0-127: values are sealed, and whoever sees them stands in the audit log."""
    cli = Cli(settings_for_test, monkeypatch)
    stage = Stage(settings_for_test, workers, monkeypatch)
    mix = {IssueCode.SCHEMA_TYPE_INVALID: 1.0}
    items = generate(seed=5, count=60, tenants=1, fault_share=1, mix=mix, now_ns=time.time_ns())
    publish(settings_for_test, items, topic=topic_name(TopicRole.RAW, settings_for_test.topic_prefix))
    worker = workers.start(LANES)
    assert run_audit(settings_for_test, wait_s=PATIENCE_S).ok
    worker.terminate()
    [*_, last] = [each for each in cli(rules, "receipts") if each["outcome"] == "remediated"]
    assert "changes" not in last
    asked = ("receipts", "--trace", last["source"], "--open", "--reason", "a complaint", "--actor", "ann")
    monkeypatch.setenv("ASSAY_MAY_OPEN_TRACES", "false")
    refused = CliRunner().invoke(rules, asked)
    assert "may not be opened" in str(refused.exception)
    assert stage.messages(TopicRole.AUDIT) == []
    monkeypatch.setenv("ASSAY_MAY_OPEN_TRACES", "true")
    shown = cli(rules, *asked)
    changed = {operation["path"] for operation in shown[0]["changes"]["patch"]}
    assert changed >= {path for each in shown for path in each["paths"]}, "the first receipt holds them all"
    [entry] = [json.loads(each.value() or b"") for each in stage.messages(TopicRole.AUDIT)]
    assert (entry["actor"], entry["action"], entry["target"]) == ("ann", "receipt.open", last["source"])
