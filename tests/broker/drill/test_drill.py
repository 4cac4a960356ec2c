"""Drills on the real Kafka, beside a worker with all agents, and beside one that lacks an agent (S0-198 … S0-206)."""

import json
import subprocess
from collections.abc import Mapping
from typing import Any

import pytest

from assay.agents.audit.reader import TopicReader
from assay.agents.roster import AGENTS
from assay.agents.settings import Settings
from assay.agents.topics import topic_name
from assay.pipeline.core.record import RawRecord
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.drill import HEADER, Drill
from assay.pipeline.issues import OPEN, from_json
from assay.pipeline.tasks import Status
from assay.pipeline.tasks import from_json as task_from_json

from ...processes import ASSAY, environment
from ..conftest import Workers

pytestmark = [pytest.mark.broker, pytest.mark.long]
ENDS_WITHIN_S = 200


def assay(settings: Settings, *command: str) -> tuple[int, Any]:
    """The status of a verb, and its JSON."""
    done = subprocess.run(
        [*ASSAY, *command, "--json"],
        env=environment(settings),
        capture_output=True,
        check=False,
        timeout=ENDS_WITHIN_S,
    )
    assert done.stdout, done.stderr.decode()
    return done.returncode, json.loads(done.stdout)


def steps_of(report: Mapping[str, Any], number: int = 0) -> dict[str, str]:
    return {step["step"]: step["verdict"] for step in report["drills"][number]["steps"]}


def everything(settings: Settings, role: TopicRole) -> list[RawRecord]:
    found: list[RawRecord] = []
    with TopicReader(settings) as reader:
        places = reader.partitions([topic_name(role, settings.topic_prefix)])
        low, stable = reader.low(places), reader.stable(places)
        reader.read({place: (low[place], stable[place]) for place in places}, found.append)
    return found


def last_of_each(settings: Settings, role: TopicRole) -> list[bytes]:
    return list({record.key: record.value or b"" for record in everything(settings, role)}.values())


def test_all_drills_pass_on_a_running_stack_and_leave_nothing_to_be_done(
    settings_for_test: Settings, workers: Workers
) -> None:
    """S0-198 … S0-206: found, contained, told, repaired, replayed, cleaned up, and in no tenant's numbers."""
    workers.start(",".join(AGENTS))
    status, report = assay(settings_for_test, "drill", "all")

    failed = {
        (each["drill"], step["step"], step["detail"])
        for each in report["drills"]
        for step in each["steps"]
        if step["verdict"] not in {"passed", "skipped"}
    }
    assert not failed, workers.said()[-4000:]
    assert status == 0
    assert [each["drill"] for each in report["drills"]] == [*Drill]
    assert report["detection_ms"]["traces"] >= 34
    assert report["detection_ms"]["p50"] <= report["detection_ms"]["p99"]

    groups = [from_json(value) for value in last_of_each(settings_for_test, TopicRole.ISSUE_GROUPS)]
    assert {group.tenants[0].tenant_id for group in groups} == {report["tenant"]}
    assert not [group for group in groups if group.status in OPEN]
    tasks = [task_from_json(value) for value in last_of_each(settings_for_test, TopicRole.TASKS)]
    assert {task.status for task in tasks} == {Status.COMPLETED}
    # What was contained has passed by now, and consumers can tell it from traffic.
    passed = everything(settings_for_test, TopicRole.VALID) + everything(
        settings_for_test, TopicRole.REMEDIATED
    )
    assert {dict(record.headers).get(HEADER) for record in passed} == {report["run"].encode()}
    assert len(passed) == sum(len(each["sources"]) for each in report["drills"])

    _, quality = assay(settings_for_test, "quality")
    assert quality["metrics"] == {}
    assert quality["tenants"] == {}
    assert quality["drill"]["total_traces_processed"] >= len(passed)


def test_a_missing_agent_fails_the_step_that_needs_it_and_clean_up_goes_on(
    settings_for_test: Settings, workers: Workers
) -> None:
    """S0-201, S0-203: nobody is called without the escalation agent."""
    workers.start(",".join(name for name in AGENTS if name not in {"escalation", "policy"}))
    status, report = assay(settings_for_test, "drill", "critical", "--timeout", "12")

    assert status == 1
    assert not report["ok"]
    steps = steps_of(report)
    assert [name for name, verdict in steps.items() if verdict == "failed"] == ["escalated"], report
    assert [name for name, verdict in steps.items() if verdict == "not_run"] == ["notified"]
    (why,) = [step["detail"] for step in report["drills"][0]["steps"] if step["verdict"] == "failed"]
    assert "is the agent escalation running?" in why
    assert (steps["released"], steps["resolved"]) == ("passed", "passed")


def test_without_kafka_nobody_can_say(settings_for_test: Settings) -> None:
    nowhere = settings_for_test.model_copy(update={"bootstrap_servers": "127.0.0.1:1"})
    done = subprocess.run(
        [*ASSAY, "drill", "critical"],
        env=environment(nowhere),
        capture_output=True,
        check=False,
        timeout=ENDS_WITHIN_S,
    )
    assert done.returncode == 3
    assert b"127.0.0.1:1" in done.stderr
