"""``assay demo`` from nothing to a proof, on a stack of its own; afterwards nothing runs (DESIGN 11)."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest
import redis

from assay.agents import devstack
from assay.agents.demo.story import FOR_A_PERSON
from assay.agents.devstack import ServiceState, Stack
from assay.agents.settings import load_settings
from assay.agents.topic_admin import admin_client

from ..processes import processes_of

pytestmark = [pytest.mark.broker, pytest.mark.long(60)]

TRACES = 2000
STORY = 1 + FOR_A_PERSON
"""Traces that a demo adds, for the second half of the loop."""
PATIENCE_S = 240
DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
REAL = ((DATA / "agent-runs.jsonl", "agent_run"), (DATA / "cloudtrail.jsonl", "cloudtrail_event"))


@pytest.fixture
def home(stack: Stack, tmp_path: Path) -> Iterator[Path]:
    """An empty home, but for Kafka's jars, which the shared stack has fetched already."""
    for jars in stack.home.resolve().glob("kafka-*"):
        (tmp_path / jars.name).symlink_to(jars)
    yield tmp_path
    devstack.down(tmp_path)


def start(home: Path, *arguments: str, **settings: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "assay.agents.cli", "demo", *arguments],
        env={**os.environ, "ASSAY_HOME": str(home), **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(home: Path, *arguments: str, **settings: str) -> tuple[int, dict[str, Any], str]:
    """Exit status, report, and what was said meanwhile."""
    with start(home, *arguments, "--json", **settings) as demo:
        out, err = demo.communicate(timeout=PATIENCE_S)
    return demo.returncode, json.loads(out) if out else {}, err


def test_it_ends_by_itself_with_a_proof_and_leaves_nothing_running(home: Path) -> None:
    status, report, said = run(home, "--traces", str(TRACES))
    assert status == 0, said
    assert report["produced"] == TRACES + STORY
    assert sum(report["outcomes"].values()) == TRACES + STORY + report["replayed"]
    assert report["outcomes"]["invalid"] > 0
    assert (report["lost"], report["duplicated"], report["invented"]) == (0, 0, 0)
    assert report["faults_found"] == report["faults_injected"] > 0
    assert sum(report["reasons"].values()) == TRACES + STORY + report["replayed"]
    assert report["by_code"]["schema.required_missing"] > 0
    classified = report["classified"]
    assert classified["accounted"] == report["outcomes"]["invalid"]
    assert classified["in_flight"] == 0
    assert classified["facts"] >= classified["accounted"]
    for words in ("by_severity", "by_team", "by_disposition"):
        assert sum(classified[words].values()) == classified["accounted"], words
    assert report["traces_per_second"] > 0
    assert report["traces_per_core_second"] > 0
    assert report["detection_ms"].keys() == {"p50", "p99"}
    assert report["audit"]["ok"] is True
    assert_whole_loop(report)
    assert json.loads((home / "demo-report.json").read_bytes()) == report
    assert "judged" in said, "progress is told"
    assert processes_of(home) == []
    assert all(found.state is ServiceState.STOPPED for found in devstack.status(home))
    assert not list(home.glob("demo-*.jsonl*"))
    assert not [path for path in home.glob("demo-*") if path.is_dir()]
    assert not list(home.glob("audit/*"))


def assert_whole_loop(report: dict[str, Any]) -> None:
    """Issue 5, must show 1: four outcomes that add up, a receipt, a task, its replay, a call."""
    balance = report["audit"]["balance"]
    assert sum(report["ends"].values()) == balance["raw"] == report["produced"] + report["replayed"]
    assert all(report["ends"].values()), "each of the four outcomes was come to"
    assert balance["lost"] == balance["doubled"] == sum(balance["in_flight"].values()) == 0
    assert report["receipts"] > 0
    assert report["receipt"]["rules"]
    assert all(change.keys() == {"op", "path"} for change in report["receipt"]["changes"])
    assert report["tasks_completed"] == 1
    assert report["task"]["dead_letters"] == report["replayed"] == FOR_A_PERSON
    assert report["audit"]["replays"]["current"] == {"valid": FOR_A_PERSON}
    assert report["notifications"] >= 2, "a step of an escalation, and whose the task is"
    assert "schema.type_invalid" in report["escalation"]


def test_ctrl_c_while_traces_flow_stops_everything(home: Path) -> None:
    with start(home, "--traces", "1000000") as demo:
        assert demo.stderr is not None
        until(demo.stderr, "publishing")
        until(demo.stderr, "judged")
        demo.send_signal(signal.SIGINT)
        said = demo.stderr.read()
        assert demo.wait(PATIENCE_S) == 1
    assert "everything that the demo started is stopped" in said
    assert "Traceback" not in said
    assert processes_of(home) == []


def test_a_stack_that_ran_before_runs_on_and_a_worker_that_crashes_loses_nothing(
    private_stack: Stack,
) -> None:
    """With the real data among the generated, where it is here."""
    home = private_stack.home
    crash = {"ASSAY_CRASH_AT": "after_send", "ASSAY_CRASH_AFTER": "12", "ASSAY_SESSION_TIMEOUT_MS": "6000"}
    here = [(path, subject) for path, subject in REAL if path.exists()]
    files = [word for path, subject in here for word in ("--data", f"{path}:{subject}")]
    lines = sum(len(path.read_bytes().splitlines()) for path, _ in here)
    status, report, said = run(home, "--traces", str(TRACES), *files, **crash)
    assert status == 0, said
    assert report["worker_restarts"] > 0
    assert report["produced"] == TRACES + lines + STORY
    assert_whole_loop(report)
    assert (report["lost"], report["duplicated"], report["invented"]) == (0, 0, 0)
    pids = {found.pid for found in devstack.status(home)}
    assert pids == {private_stack.kafka_pid, private_stack.redis_pid}
    topics = admin_client(load_settings(home=home)).list_topics(timeout=10).topics
    assert not [name for name in topics if name.startswith("demo-")]
    with redis.Redis.from_url(private_stack.redis_url) as client:
        assert not list(client.scan_iter(match="*demo-*", count=1000))


def until(stream: IO[str], word: str) -> None:
    """Read up to the line with this word."""
    said = []
    for line in stream:
        said.append(line)
        if word in line:
            return
    pytest.fail(f"it ended without a word of {word!r}: {''.join(said)}")
