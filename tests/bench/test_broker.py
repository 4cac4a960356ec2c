"""Which broker a benchmark runs on."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from assay.agents import devstack
from assay.agents.bench.broker import broker, is_named, machine
from assay.agents.devstack import Report, ServiceState, Stack
from assay.agents.devstack.state import State, dev_dir, write_state
from assay.agents.settings import load_settings
from assay.pipeline.core.errors import ConfigError

STACK = State(kafka_port=29_092, controller_port=29_093, redis_port=26_379)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a development stack."""
    dev_dir(tmp_path).mkdir(parents=True)
    write_state(tmp_path, STACK)
    return tmp_path


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch, home: Path) -> list[str]:
    """What was done to the stack, which is not running."""
    done: list[str] = []
    stack = Stack(STACK.kafka_port, STACK.redis_port, 1, 2, home)
    monkeypatch.setattr(devstack, "status", lambda _home: [SimpleNamespace(state=ServiceState.STOPPED)] * 2)

    def up(_home: Path, *, report: Report) -> Stack:
        done.append("up")
        return stack

    monkeypatch.setattr(devstack, "up", up)
    monkeypatch.setattr(devstack, "down", lambda _home, **_: done.append("down"))
    return done


def test_the_development_stack_is_not_one_that_somebody_named(home: Path) -> None:
    settings = load_settings(home=home)

    assert settings.bootstrap_servers == "127.0.0.1:29092"
    assert not is_named(settings)


def test_without_any_stack_nothing_is_named(tmp_path: Path) -> None:
    assert not is_named(load_settings(home=tmp_path))


def test_a_broker_in_the_environment_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_BOOTSTRAP_SERVERS", "kafka.example:9092")

    assert is_named(load_settings(home=home))
    assert machine(load_settings(home=home))["kafka"] == "unknown"


def test_a_stack_that_did_not_run_is_started_and_stopped(home: Path, calls: list[str]) -> None:
    with broker(load_settings(home=home), lambda _doing: None) as settings:
        assert calls == ["up"]
        assert settings.bootstrap_servers == "127.0.0.1:29092"

    assert calls == ["up", "down"]


def test_a_stack_that_ran_goes_on_running(
    home: Path, calls: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(devstack, "status", lambda _home: [SimpleNamespace(state=ServiceState.RUNNING)] * 2)

    with broker(load_settings(home=home), lambda _doing: None):
        pass

    assert "down" not in calls


def test_a_named_broker_is_left_alone(home: Path, calls: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_BOOTSTRAP_SERVERS", "kafka.example:9092")

    with broker(load_settings(home=home), lambda _doing: None) as settings:
        assert settings.bootstrap_servers == "kafka.example:9092"

    assert calls == []


def test_a_broker_that_wants_tls_is_refused_in_words(home: Path) -> None:
    settings = load_settings(home=home, security_protocol="SSL")

    with pytest.raises(ConfigError, match="ASSAY_SECURITY_PROTOCOL"), broker(settings, lambda _doing: None):
        pass
