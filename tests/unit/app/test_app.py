"""The composition root: what a worker is asked to run, and how a worker says why it ended."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from assay.agents.app import create_app
from assay.agents.cli.worker import worker
from assay.agents.roster import AGENTS, LANES, lane_specs
from assay.agents.settings import load_settings
from assay.pipeline.core.errors import ConfigError
from assay.pipeline.core.topics import TopicRole

LIMIT_S = 60


@pytest.mark.parametrize(
    ("agents", "complaints"),
    [
        (["nobody"], ["there is no agent 'nobody'"]),
        (["nobody", "detector", "noone"], ["there is no agent 'nobody'", "there is no agent 'noone'"]),
        (["detector", "detector"], ["detector is named twice"]),
        ([], ["no agent is named, so the worker would do nothing"]),
    ],
)
def test_agents_that_cannot_be_run_are_all_named(agents: Sequence[str], complaints: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        create_app(load_settings(), agents)
    assert [problem.why for problem in caught.value.problems] == complaints
    for problem in caught.value.problems:
        assert problem.where == "--agents"
        assert problem.remedy == f"There are: {', '.join(AGENTS)}"


def test_all_agents_run_unless_told_otherwise() -> None:
    [option] = [option for option in worker.params if option.name == "agents"]
    assert option.default == ",".join(AGENTS)


def test_every_agent_is_a_lane_with_its_topic() -> None:
    specs = lane_specs(load_settings())
    assert set(specs) == set(LANES)
    assert all(specs[name].name == name for name in specs)
    assert specs["detector"].role is TopicRole.RAW
    assert specs["classifier"].role is TopicRole.INVALID


@pytest.mark.parametrize(
    ("agent", "child"),
    [("detector", "assay.agents.lanes.probe_child"), ("classifier", "assay.agents.classifier_probe")],
)
def test_each_lane_shows_its_suspects_to_a_probe_that_does_what_the_lane_does(agent: str, child: str) -> None:
    """Rule 10: one that did another lane's work would outlive what kills this one, or die of anything."""
    service = create_app(load_settings(web_port=0), [agent])[1][-1]
    assert service.lane._new_probe()._command[-1] == child


def run(home: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"ASSAY_HOME": str(home), "ASSAY_WEB_PORT": "0", **settings}
    command = [sys.executable, "-m", "assay.agents.cli", "worker", *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=LIMIT_S, check=False)


def test_without_kafka_a_worker_process_says_what_to_do_and_exits_with_3(tmp_path: Path) -> None:
    """Not with a traceback, and not with 2 or 4: its supervisor must know that a restart may help."""
    ended = run(tmp_path, "--child", "0", ASSAY_BOOTSTRAP_SERVERS="127.0.0.1:1")
    assert ended.returncode == 3
    assert ended.stdout == ""
    *logged, said = ended.stderr.splitlines()
    assert said.startswith("assay: Kafka does not answer at 127.0.0.1:1 (")
    assert "assay dev up" in said
    assert all(json.loads(line)["level"] for line in logged), "nothing but log lines beside it"


def test_an_agent_that_does_not_exist_exits_with_2(tmp_path: Path) -> None:
    """Hopeless: the supervisor does not try again."""
    ended = run(tmp_path, "--agents", "nobody", "--child", "0")
    assert ended.returncode == 2
    assert ended.stderr == f"assay: --agents: there is no agent 'nobody'. There are: {', '.join(AGENTS)}\n"
