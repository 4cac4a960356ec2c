"""The issues lane on the real Kafka: killed in the middle of its work, and told what to do by people."""

import json
import os
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result
from confluent_kafka import Producer

from assay.agents.cli.main import cli
from assay.agents.settings import Settings
from assay.agents.topics import topic_name
from assay.agents.transport.partitioner import partition_of
from assay.pipeline.core.clock import rfc3339
from assay.pipeline.core.topics import TopicRole

from ...processes import environment
from ..conftest import Workers

pytestmark = pytest.mark.broker

LANE = (sys.executable, str(Path(__file__).parent / "lane_process.py"))
FACTS = 6000
GROUPS = 40
PATIENCE_S = 60
START_NS = 1_741_079_700_000_000_000


def fact(number: int) -> tuple[bytes, bytes, list[tuple[str, bytes]]]:
    fingerprint = f"{number % GROUPS:016x}"
    document = {
        "schema": "assay/issue/1-0-0",
        "code": "schema.required_missing",
        "category": "schema",
        "severity": "high",
        "blocking": True,
        "path": "/context/user_id",
        "rule": "required",
        "occurrences": 1,
        "tenant_id": "4",
        "subject": "workflow_trace",
        "schema_version": "1.2.0",
        "producer": {"name": "orchestrator", "version": f"1.{number // 1000}"},
        "source": {"topic": "traces.raw", "partition": 0, "offset": number},
        "attempts": 1,
        "fingerprint": fingerprint,
        "trace_fingerprint": fingerprint,
        "team": "platform_engineering",
        "detected_at": rfc3339(START_NS + number * 10**6),
        "bundle": "0" * 64,
    }
    headers = [("ce_type", b"assay.issue.detected.v1"), ("ce_id", b"traces.raw/0/%d/1/0" % number)]
    return fingerprint.encode(), orjson.dumps(document), headers


def put(settings: Settings) -> None:
    producer = Producer({"bootstrap.servers": settings.bootstrap_servers, "linger.ms": 20})
    topic = topic_name(TopicRole.ISSUES, settings.topic_prefix)
    partitions = len(producer.list_topics(topic, 10).topics[topic].partitions)
    for number in range(FACTS):
        key, value, headers = fact(number)
        producer.produce(topic, value, key, partition_of(key, partitions), headers=headers)
        producer.poll(0)
    assert producer.flush(30) == 0


def issues(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["issues", *arguments], catch_exceptions=False)


def counts(*options: str) -> Counter[str]:
    """Traces by group, as the command line shows them."""
    found = json.loads(issues("list", "--json", *options).stdout)
    return Counter({each["fingerprint"]: each["count"] for each in found})


def until(condition: Any) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "nothing came of it"


@pytest.fixture
def as_user(settings_for_test: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The command line has the test's settings."""
    told = environment(settings_for_test)
    for name in told.keys() - os.environ.keys():
        monkeypatch.setenv(name, told[name])
    monkeypatch.setenv("ASSAY_HOME", str(settings_for_test.home))
    return settings_for_test


def test_a_lane_that_is_killed_counts_every_trace_once_and_people_work_on_the_groups(
    workers: Workers, as_user: Settings
) -> None:
    """Promise 1 for keyed lanes, S0-59 … S0-63, S0-82, S0-109, S0-116."""
    put(as_user)
    doomed = workers.launch(LANE, batch_records=20)
    until(lambda: counts().total() > 0)
    doomed.kill()
    doomed.wait()
    half = counts().total()
    heir = workers.launch(LANE)
    until(lambda: counts().total() >= FACTS)
    assert counts() == Counter({f"{number:016x}": FACTS // GROUPS for number in range(GROUPS)})
    assert half < FACTS, "it was killed too late to show anything"

    name = f"{7:016x}"
    assert "orchestrator 1.0" in issues("show", name).stdout
    told = issues("assign", name, "--to", "kim", "--reason", "hers", "--actor", "dana", "--json")
    assert (told.exit_code, json.loads(told.stdout)["status"]) == (0, "in_progress")
    assert issues("ack", name, "--reason", "on it", "--actor", "kim").exit_code == 0
    assert issues("resolve", name, "--reason", "done", "--notes", "rolled back").exit_code == 0
    told = issues("ack", name, "--reason", "too late", "--json")
    assert (told.exit_code, json.loads(told.stdout)["refused"]) == (4, "not_from_this_status")
    assert name not in counts()
    assert counts("--status", "resolved") == Counter({name: FACTS // GROUPS})
    shown = json.loads(issues("show", name, "--json").stdout)
    assert [each["actor"] for each in shown["transitions"]][:1] == ["dana"]
    assert shown["acknowledged"]["by"] == "kim"
    assert shown["resolution_notes"] == "rolled back"
    assert heir.poll() is None
    heir.terminate()
    assert heir.wait(20) == 0
