"""``assay generate`` as a person uses it; what it publishes is caught before it reaches Kafka."""

import json
import os
import signal
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from assay.agents.cli import generate as module
from assay.agents.generate import PublishResult
from assay.pipeline.core.errors import ConfigError
from assay.pipeline.generate import Generated


class Caught:
    """Stands for ``publish``: keeps what would have been published."""

    def __init__(self) -> None:
        self.items: list[Generated] = []
        self.options: dict[str, Any] = {}
        self.unknown = self.refused = 0
        self.stop_it = False
        self.signal: signal.Signals | None = None

    def __call__(self, settings: Any, items: Iterable[Generated], **options: Any) -> PublishResult:
        self.items = list(items)
        self.options = options
        if self.signal is not None:
            os.kill(os.getpid(), self.signal)
        if self.stop_it:
            options["stop"].set()
        count = len(self.items)
        return PublishResult(count, count - self.unknown - self.refused, self.unknown, self.refused, 2.0)


@pytest.fixture
def caught(monkeypatch: pytest.MonkeyPatch) -> Caught:
    catcher = Caught()
    monkeypatch.setattr(module, "publish", catcher)
    return catcher


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(module.generate, [str(argument) for argument in arguments])


def test_the_options_reach_the_load(caught: Caught, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_TOPIC_PREFIX", "test.")
    result = run(
        "--count", "40", "--faults", "1", "--fault-mix", "corrupt.empty", "--rate", "5", "--journal", "j"
    )
    assert result.exit_code == 0
    assert len(caught.items) == 40
    assert {item.expected for item in caught.items} == {"corrupt.empty"}
    assert (caught.options["topic"], caught.options["rate"], caught.options["journal"]) == (
        "test.traces.raw",
        5,
        Path("j"),
    )


def test_the_same_seed_publishes_the_same_ids(caught: Caught) -> None:
    run("--count", "5", "--seed", "9")
    first = [item.key for item in caught.items]
    run("--count", "5", "--seed", "9")
    assert [item.key for item in caught.items] == first


def test_the_result_says_how_many_and_which_faults(caught: Caught) -> None:
    result = run("--count", "10", "--faults", "1", "--fault-mix", "corrupt.empty")
    assert "10 records to traces.raw in 2.0 s (5/s)" in result.output
    assert "corrupt.empty  10" in result.output


def test_json_prints_one_object(caught: Caught) -> None:
    result = run("--json", "--count", "3", "--faults", "1", "--fault-mix", "corrupt.depth")
    assert json.loads(result.output) == {
        "topic": "traces.raw",
        "sent": 3,
        "acked": 3,
        "unknown": 0,
        "refused": 0,
        "seconds": 2.0,
        "expected": {"corrupt.depth": 3},
        "journal": None,
    }


def test_lines_of_a_file_go_out_as_they_are(caught: Caught, tmp_path: Path) -> None:
    path = tmp_path / "runs.jsonl"
    path.write_bytes(b'{"x" : 1}\n\nnot json\n{}\n')
    assert run("--from", path).exit_code == 0
    assert [item.value for item in caught.items] == [b'{"x" : 1}', b"not json", b"{}"]
    assert {item.known for item in caught.items} == {False}
    assert {item.key for item in caught.items} == {None}


def test_a_subject_gives_lines_its_header_and_their_ids_as_keys(caught: Caught, tmp_path: Path) -> None:
    path = tmp_path / "traces.jsonl"
    path.write_bytes(
        b'{"trace_id":"abc"}\n{"trace_id":7}\n{"trace_id":true}\n{"trace_id":""}\n{}\nnot json\n'
    )
    assert run("--from", path, "--subject", "workflow_trace").exit_code == 0
    assert [item.key for item in caught.items] == [b"abc", b"7", None, None, None, None]
    assert {tuple(item.headers) for item in caught.items} == {(("assay-subject", b"workflow_trace"),)}


def test_count_limits_the_lines_too(caught: Caught, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"1\n2\n3\n")
    run("--from", path, "--count", "2")
    assert [item.value for item in caught.items] == [b"1", b"2"]


@pytest.mark.parametrize(
    ("unknown", "refused", "stopped", "status"),
    [(0, 0, 0, 0), (1, 0, 0, 1), (0, 1, 0, 1), (1, 0, 1, 0)],
)
def test_the_exit_code_says_whether_all_arrived(
    caught: Caught, unknown: int, refused: int, stopped: int, status: int
) -> None:
    caught.unknown, caught.refused, caught.stop_it = unknown, refused, bool(stopped)
    assert run("--count", "3").exit_code == status


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_asks_the_load_to_stop_and_is_no_error(caught: Caught, number: signal.Signals) -> None:
    before = signal.getsignal(number)
    caught.signal = number
    assert run("--count", "3").exit_code == 0
    assert caught.options["stop"].is_set()
    assert signal.getsignal(number) is before


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--faults", "1.5"], "1.5 is not in the range"),
        (["--count", "-1"], "-1 is not in the range"),
        (["--rate", "0"], "not in the range"),
        (["--tenants", "0"], "not in the range"),
        (["--from", "nowhere.jsonl"], "no such file or directory: 'nowhere.jsonl'"),
        (["--subject", "agent_run"], "--subject needs --from"),
        (["--from", "-", "--faults", "0.1", "--seed", "2"], "--seed, --faults cannot be used with --from"),
    ],
)
def test_wrong_use_is_said_and_exits_with_2(caught: Caught, arguments: list[str], says: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert says in result.output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--fault-mix", "corrupt.nothing"], "no such fault"),
        (["--from", "-", "--subject", "nosuch"], "Use one of: agent_run, cloudtrail_event, workflow_trace"),
    ],
)
def test_what_does_not_exist_is_said_with_what_does(caught: Caught, arguments: list[str], says: str) -> None:
    error = run(*arguments).exception
    assert isinstance(error, ConfigError)
    assert says in str(error)
