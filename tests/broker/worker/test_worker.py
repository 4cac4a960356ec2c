"""A worker as its operators meet it: pages, signals, restarts, refusals (DESIGN 3, 11; RELIABILITY row 32)."""

import json
import signal
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from confluent_kafka.admin import AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType

from assay.agents.policy_files import load_policies
from assay.agents.roster import AGENTS, LANES
from assay.agents.settings import Settings
from assay.agents.topic_admin import admin_client, check_topics
from assay.agents.topics import TOPICS, topic_name
from assay.pipeline.core.metrics import METRICS
from assay.pipeline.core.topics import TopicRole

from .conftest import Commands, Pages, until

pytestmark = [pytest.mark.broker, pytest.mark.long]

ROOT = Path(__file__).resolve().parents[3]
GOOD = (ROOT / "schemas/workflow_trace/examples/valid/full-1.2.0.json").read_bytes()
SECRET = b"geheim-4111-1111"
CHILD = ("worker", "--agents", ",".join(LANES), "--child", "0")
"""The lanes of a supervised worker: low-rate agents, with their own client of Kafka, have a process of their own."""
STOPS_WITHIN_S = 10
"""RELIABILITY, row 32: a promise to orchestrators, so it is a limit here as well."""


def test_a_worker_tells_how_it_is_and_what_it_did_and_stops_in_time(
    commands: Commands, pages: Pages, publish: Callable[..., None]
) -> None:
    """S0-87."""
    worker = commands.start(*CHILD, web_port=pages.port)
    seen = pages.until_ready()
    assert seen <= {0, 503, 200}, "at no time an answer that is neither yes nor no"
    assert pages.get("/health") == (200, '{"status":"ok"}')
    assert json.loads(pages.get("/ready")[1]) == {
        "ready": True,
        "waiting_for": [],
        "bundle": load_policies(commands.settings).short_id,
        "bundle_not_taken": None,
    }

    publish(GOOD, GOOD, GOOD, b'{"broken": "' + SECRET, key=SECRET)
    pages.until_counted('traces_processed_total{outcome="valid"} 3.0')
    text = pages.until_counted('traces_processed_total{outcome="invalid"} 1.0')
    assert '\ninvalid_traces_total{tenant_id="none"} 1.0\n' in text
    assert "\ntrace_detection_seconds_count 4.0\n" in text
    assert {metric.name for metric in METRICS} <= {
        line.split()[2] for line in text.splitlines() if "# HELP" in line
    }

    assert pages.get("/") == (200, '{"status":"OK"}')
    for path in ("/router/", "/table/", "/stats/", "/graph/", "/assignment/", "/performance/"):
        assert pages.get(path)[0] == 404, f"{path} would tell anybody about the inside"
    listening = [
        connection.laddr
        for connection in psutil.Process(worker.pid).net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert listening == [("127.0.0.1", pages.port)], "one port, on loopback"

    worker.send_signal(signal.SIGTERM)
    assert worker.wait(STOPS_WITHIN_S) == 0
    assert pages.get("/health")[0] == 0
    for line in commands.said().splitlines():
        assert json.loads(line)["level"] in {"info", "warning"}, line
    assert SECRET.decode() not in commands.said() + text


def test_a_supervised_worker_is_restarted_and_ends_with_all_its_processes(
    commands: Commands, pages: Pages, publish: Callable[..., None]
) -> None:
    """Each process has its own pages; one that is killed comes back and takes its share again."""
    supervisor = commands.start("worker", "--processes", "2", web_port=pages.port, session_timeout_ms=6000)
    second = Pages(pages.port + 1)
    pages.until_ready()
    second.until_ready()
    children = sorted(psutil.Process(supervisor.pid).children(), key=lambda child: child.create_time())
    first, other, low_rate = children
    assert ",".join(AGENTS[len(LANES) :]) in low_rate.cmdline(), (
        "what is not on a trace's way has a process of its own"
    )
    assert "policy" not in first.cmdline() + other.cmdline()
    first.kill()
    until(lambda: "restarted in 0.5 s" in commands.said(), "the supervisor does not notice")
    until(lambda: len(psutil.Process(supervisor.pid).children()) == 3, "it is not started again")
    publish(*[GOOD] * 20)
    until(lambda: counted(pages) + counted(second) >= 20, "the work does not go on")

    children = psutil.Process(supervisor.pid).children()
    assert {other, low_rate} < set(children)
    supervisor.send_signal(signal.SIGTERM)
    assert supervisor.wait(STOPS_WITHIN_S + 10) == 0
    assert not [child for child in children if child.is_running()]


def counted(pages: Pages) -> float:
    """How many traces a process has found valid; 0 while it is not there."""
    for line in pages.get("/metrics")[1].splitlines():
        if line.startswith('traces_processed_total{outcome="valid"} '):
            return float(line.split()[1])
    return 0


def test_a_worker_that_counts_slots_differently_is_refused_and_the_other_works_on(
    commands: Commands, pages: Pages, publish: Callable[..., None]
) -> None:
    """Rule 2: hopeless, so it exits with 4 and no supervisor tries again."""
    commands.start(*CHILD, web_port=pages.port, slots=2)
    pages.until_ready()
    newcomer = commands.start(*CHILD, slots=3)
    assert newcomer.wait(30) == 4
    assert "assay: other workers of this group do not use 3 slots: set ASSAY_SLOTS" in commands.said()
    publish(GOOD)
    pages.until_counted('traces_processed_total{outcome="valid"} 1.0')


def test_a_worker_names_the_topics_that_are_missing(commands: Commands) -> None:
    """It may be that they are created yet: status 3."""
    worker = commands.start("worker", topic_prefix="nowhere.")
    assert worker.wait(30) == 3
    missing = ", ".join(f"nowhere.{role.value}" for role in TOPICS)
    assert commands.said() == f"assay: these topics do not exist: {missing}. Run assay topics apply\n"


def test_a_worker_refuses_topics_that_would_lose_data(
    commands: Commands, settings_for_test: Settings
) -> None:
    """DESIGN 3: a topic that compacts would drop all but one trace of a key."""
    name = topic_name(TopicRole.VALID, settings_for_test.topic_prefix)
    entry = ConfigEntry("cleanup.policy", "compact", incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ResourceType.TOPIC, name, incremental_configs=[entry])
    client = admin_client(settings_for_test)  # must outlive its requests
    for future in client.incremental_alter_configs([resource]).values():
        future.result()
    until(lambda: check_topics(settings_for_test), "the broker does not show the change")
    worker = commands.start("worker")
    assert worker.wait(30) == 4
    assert commands.said().startswith("assay: the topics would lose data:\n")
    assert name in commands.said()
    assert "cleanup.policy" in commands.said()
