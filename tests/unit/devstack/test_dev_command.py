"""``assay dev`` without a stack: what it prints, and the exit status."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from assay.agents import devstack
from assay.agents.cli.dev import dev
from assay.agents.devstack import Service, log_file
from assay.pipeline.core.errors import DependencyUnavailableError, RefusedError


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path))
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(dev, arguments)


def test_status_says_that_both_are_stopped(home: Path) -> None:
    result = run("status")
    assert result.exit_code == 1
    assert [line.split()[:2] for line in result.stdout.splitlines()[1:]] == [
        ["kafka", "stopped"],
        ["redis", "stopped"],
    ]


def test_status_as_json(home: Path) -> None:
    result = run("status", "--json")
    assert result.exit_code == 1
    assert [(found["service"], found["state"], found["pid"]) for found in json.loads(result.stdout)] == [
        ("kafka", "stopped", None),
        ("redis", "stopped", None),
    ]


def test_down_with_nothing_to_stop_is_fine(home: Path) -> None:
    result = run("down")
    assert (result.exit_code, result.stdout) == (0, "Nothing was running.\n")


def test_logs_show_the_end(home: Path) -> None:
    log = log_file(home, Service.KAFKA)
    log.parent.mkdir(parents=True)
    log.write_text("one\ntwo\nthree\n")
    result = run("logs", "kafka", "-n", "2", "--json")
    assert json.loads(result.stdout) == {"kafka": {"path": str(log), "lines": ["two", "three"]}}


def test_up_without_java_fails_before_anything_is_started(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(home))
    result = run("up")
    assert isinstance(result.exception, DependencyUnavailableError)
    assert json.loads((run("status", "--json")).stdout)[1]["state"] == "stopped"


def test_a_server_that_does_not_run_cannot_be_hurt(home: Path) -> None:
    with pytest.raises(RefusedError, match="run assay dev up"):
        devstack.kill_kafka(home)
    with pytest.raises(RefusedError, match="run assay dev up"):
        devstack.start_kafka(home)
