"""The escalation lane on the real Kafka: it is killed in the middle of its transactions, and says everything once."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from confluent_kafka import Producer

from assay.agents.audit.reader import TopicReader
from assay.agents.cli.escalations import escalations
from assay.agents.escalation_look import read_escalations
from assay.agents.settings import Settings
from assay.agents.topics import topic_name
from assay.pipeline.core.clock import rfc3339
from assay.pipeline.core.record import RawRecord
from assay.pipeline.core.topics import TopicRole

from ...processes import Processes
from ...unit.escalate.conftest import group_document

pytestmark = [pytest.mark.broker, pytest.mark.long]

LANE = str(Path(__file__).with_name("quick_lane.py"))
SPEED = 90
"""A minute and a half in each second: the deaths below fall between the steps of the chain."""
PATIENCE_S = 60
FINGERPRINTS = [f"{number:016x}" for number in range(24)]
"""Enough for several partitions."""


@pytest.fixture
def lanes(settings_for_test: Settings, tmp_path: Path) -> Iterator[Processes]:
    processes = Processes(settings_for_test, tmp_path / "lanes.log")
    yield processes
    processes.end()


def publish(settings: Settings, fingerprint: str, **members: Any) -> None:
    producer = Producer({"bootstrap.servers": settings.bootstrap_servers})
    value = json.dumps(group_document(fingerprint=fingerprint, **members)).encode()
    producer.produce(topic_name(TopicRole.ISSUE_GROUPS, settings.topic_prefix), value, fingerprint.encode())
    assert producer.flush(10) == 0


def events(settings: Settings) -> list[tuple[str, str]]:
    """What is committed on quality.escalations: type and id, in order for each group."""
    found: list[tuple[str, str]] = []

    def take(record: RawRecord) -> None:
        headers = {name: (value or b"").decode() for name, value in record.headers}
        found.append((headers["ce_type"], headers["ce_id"]))

    with TopicReader(settings) as reader:
        places = reader.partitions([topic_name(TopicRole.ESCALATIONS, settings.topic_prefix)])
        low, stable = reader.low(places), reader.stable(places)
        reader.read({place: (low[place], stable[place]) for place in places}, take)
    return found


def wait_until(condition: Callable[[], bool], lanes: Processes) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, lanes.said()
        time.sleep(0.1)


def steps(fingerprint: str) -> list[tuple[str, str]]:
    """What a critical group comes to until somebody confirms."""
    step, confirmation = "assay.escalation.step.v1", "assay.escalation.confirmation.v1"
    return [
        (step, f"{fingerprint}/critical@1/0/1"),
        (step, f"{fingerprint}/critical@1/1/1"),
        (confirmation, f"{fingerprint}/critical@1/2/1/confirmation"),
    ]


def test_every_step_is_there_once_however_often_the_agent_dies(
    settings_for_test: Settings, lanes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D-12, D-20: killed before the end of a transaction and after it; then a person confirms, then acknowledges."""
    settings = settings_for_test
    start_ns = time.time_ns()
    command = [sys.executable, LANE, str(start_ns), str(SPEED)]
    for fingerprint in FINGERPRINTS:
        publish(settings, fingerprint, opened_at=rfc3339(start_ns))
    for point in ("before_end_txn", "after_end_txn"):
        dying = lanes.launch(command, crash_at=point, crash_after=0)
        assert dying.wait(PATIENCE_S) == 137, lanes.said()
    lanes.launch(command)
    expected = sorted(event for fingerprint in FINGERPRINTS for event in steps(fingerprint))
    wait_until(lambda: len(events(settings)) >= len(expected), lanes)
    assert sorted(events(settings)) == expected

    first = FINGERPRINTS[0]
    mark = {"by": "operator-1", "reason": "seen", "at": rfc3339(time.time_ns())}
    publish(settings, first, opened_at=rfc3339(start_ns), confirmed=mark)
    called = ("assay.escalation.step.v1", f"{first}/critical@1/2/1")
    wait_until(lambda: called in events(settings), lanes)
    publish(settings, first, opened_at=rfc3339(start_ns), confirmed=mark, acknowledged=mark)
    stopped = ("assay.escalation.stopped.v1", f"{first}/stopped/acknowledged/1")
    wait_until(lambda: stopped in events(settings), lanes)
    assert sorted(events(settings)) == sorted([*expected, called, stopped])

    lanes.end()
    check(settings, monkeypatch)


def check(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The auditor finds nothing wrong, and then a group that no agent has seen."""
    monkeypatch.setenv("ASSAY_BOOTSTRAP_SERVERS", settings.bootstrap_servers)
    monkeypatch.setenv("ASSAY_TOPIC_PREFIX", settings.topic_prefix)
    result = CliRunner().invoke(escalations, ["check", "--json"])
    assert result.exit_code == 0, result.output
    phases = json.loads(result.output)["phases"]
    assert phases["awaiting_confirmation"] == len(FINGERPRINTS) - 1
    assert phases["acknowledged"] == 1
    listed = json.loads(CliRunner().invoke(escalations, ["list", "--json"]).output)
    assert len(listed) == len(FINGERPRINTS) - 1
    assert listed[0]["called"] == ["on_call_engineer", "platform_lead", "engineering_manager", "cto"]
    assert read_escalations(settings, time.time_ns()).groups.keys() == set(FINGERPRINTS)
    unseen = "f" * 16
    publish(settings, unseen)
    result = CliRunner().invoke(escalations, ["check", "--json"])
    assert result.exit_code == 1
    (finding,) = json.loads(result.output)["findings"]
    assert (finding["code"], finding["fingerprint"], finding["reason"]) == (
        "escalation_stalled",
        unseen,
        "missing",
    )
