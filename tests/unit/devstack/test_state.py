"""What is known between two commands, and how all other commands find the stack by it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.agents.devstack.state import ProcessId, Service, State, dev_dir, read_state, write_state
from assay.agents.settings import load_settings
from assay.pipeline.core.errors import ConfigError

ports = st.integers(1, 65_535)
processes = st.none() | st.builds(ProcessId, st.integers(1, 2**22), st.floats(0, 1e10))
states = st.builds(State, ports, ports, ports, processes, processes)

STATE = State(kafka_port=21_000, controller_port=21_001, redis_port=21_002)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    dev_dir(tmp_path).mkdir(parents=True)
    return tmp_path


@given(state=states)
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, state: State) -> None:
    home = tmp_path_factory.mktemp("home")
    dev_dir(home).mkdir()
    write_state(home, state)
    assert read_state(home) == state


def test_no_stack_is_no_state(tmp_path: Path) -> None:
    assert read_state(tmp_path) is None


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"kafka_port": 1}', '{"kafka": 5, "redis": null}', "\xff"]
)
def test_a_damaged_file_is_named(home: Path, content: str) -> None:
    (dev_dir(home) / "state.json").write_bytes(content.encode("latin-1"))
    with pytest.raises(ConfigError, match=r"state\.json: is damaged"):
        read_state(home)


@given(state=states, process=processes, service=st.sampled_from(Service))
def test_one_service_changes_without_the_other(
    state: State, process: ProcessId | None, service: Service
) -> None:
    changed = state.having(service, process)
    other = Service.REDIS if service is Service.KAFKA else Service.KAFKA
    assert changed.process(service) == process
    assert changed.process(other) == state.process(other)
    assert changed.port(service) == state.port(service)


def test_settings_that_nobody_made_lead_to_the_stack(home: Path) -> None:
    write_state(home, STATE)
    settings = load_settings(home=home)
    assert settings.bootstrap_servers == "127.0.0.1:21000"
    assert settings.redis_url == "redis://127.0.0.1:21002/0"


def test_the_home_may_come_from_the_environment(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_state(home, STATE)
    monkeypatch.setenv("ASSAY_HOME", str(home))
    assert load_settings().bootstrap_servers == "127.0.0.1:21000"


def test_the_environment_and_the_caller_go_before_the_stack(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_state(home, STATE)
    monkeypatch.setenv("ASSAY_BOOTSTRAP_SERVERS", "kafka.example:9092")
    settings = load_settings(home=home, redis_url="redis://redis.example:6379/0")
    assert settings.bootstrap_servers == "kafka.example:9092"
    assert settings.redis_url == "redis://redis.example:6379/0"


def test_without_a_stack_the_defaults_hold(tmp_path: Path) -> None:
    assert load_settings(home=tmp_path).bootstrap_servers == "127.0.0.1:9092"
