"""A demo's own place: names, ports, and a stack that is stopped only by who started it."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.agents import devstack
from assay.agents.demo import surroundings as module
from assay.agents.demo.prerequisites import require_prerequisites
from assay.agents.demo.surroundings import alone, free_ports, running_stack, settings_for_run, short_id
from assay.agents.devstack import Service, ServiceState, ServiceStatus, Stack, ports
from assay.pipeline.core.errors import DependencyUnavailableError, RefusedError

Install = Callable[[str, str], Path]


@given(st.integers(10**18, 10**19), st.integers(10**8, 10**18))
def test_names_are_new_fit_into_settings_and_sort_by_time(now_ns: int, passed: int) -> None:
    earlier, later = short_id(now_ns), short_id(now_ns + passed)
    assert re.fullmatch(r"[a-z0-9]{5,12}", earlier)
    assert (len(earlier), earlier) < (len(later), later)


def test_a_second_demo_in_the_same_home_is_refused(tmp_path: Path) -> None:
    with alone(tmp_path / "new"), pytest.raises(RefusedError, match="another demo"), alone(tmp_path / "new"):
        pass
    with alone(tmp_path / "new"):
        pass


def test_ports_for_several_processes_lie_in_a_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "is_free", lambda port: port != 103)
    offered: Iterator[int] = iter([101, 102, 104])
    assert free_ports(tmp_path, 3, lambda _home, taken: next(offered)) == 104


def test_a_run_has_names_of_its_own_and_no_security_that_its_stack_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSAY_BOOTSTRAP_SERVERS", "kafka.example.org:9093")
    monkeypatch.setenv("ASSAY_SECURITY_PROTOCOL", "SASL_SSL")
    monkeypatch.setenv("ASSAY_TOPIC_PREFIX", "theirs.")
    monkeypatch.setenv("ASSAY_PARTITIONS", "3")
    settings = settings_for_run(tmp_path, Stack(9, 8, 1, 2, tmp_path), "demo-abc", 2)
    assert settings.bootstrap_servers == "127.0.0.1:9"
    assert (settings.env, settings.topic_prefix) == ("demo-abc", "demo-abc.")
    assert (settings.security_protocol, settings.replication_factor) == ("PLAINTEXT", 1)
    assert settings.partitions == 3, "how hard to work is the person's to say"


class FakeStack:
    """Stands for ``devstack``: notes what is stopped."""

    def __init__(self, home: Path, kafka: ServiceState, redis: ServiceState) -> None:
        self.stopped: list[str] = []
        self._home = home
        self._states = {Service.KAFKA: kafka, Service.REDIS: redis}

    def status(self, home: Path) -> tuple[ServiceStatus, ...]:
        return tuple(ServiceStatus(one, state, None, None, home) for one, state in self._states.items())

    def up(self, home: Path, *, report: Any) -> Stack:
        return Stack(1, 2, 3, 4, home)

    def down(self, home: Path, *, report: Any) -> None:
        self.stopped.append("all")


@pytest.mark.parametrize(
    ("kafka", "redis", "stopped"),
    [
        (ServiceState.STOPPED, ServiceState.STOPPED, ["all"]),
        (ServiceState.RUNNING, ServiceState.RUNNING, []),
        (ServiceState.RUNNING, ServiceState.STOPPED, ["redis"]),
        (ServiceState.STOPPED, ServiceState.RUNNING, ["kafka"]),
    ],
)
def test_only_what_the_demo_started_is_stopped_also_after_a_failure(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kafka: ServiceState,
    redis: ServiceState,
    stopped: list[str],
) -> None:
    fake = FakeStack(tmp_path, kafka, redis)
    for name in ("status", "up", "down"):
        monkeypatch.setattr(devstack, name, getattr(fake, name))
    stops = {one: lambda _home, one=one: fake.stopped.append(one.value) for one in Service}
    monkeypatch.setattr(module, "_STOPS", stops)
    with pytest.raises(KeyboardInterrupt), running_stack(tmp_path, print):
        raise KeyboardInterrupt
    assert fake.stopped == stopped


def test_all_that_is_missing_is_said_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """DESIGN 11: Java and Maven are checked for first, with how to get them."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DependencyUnavailableError, match=r"Java is missing(.|\n)*Maven is missing"):
        require_prerequisites(tmp_path)


def test_maven_is_not_needed_when_kafka_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    jars = tmp_path / "kafka-4.2.1"
    jars.mkdir()
    (jars / "COMPLETE").touch()
    with pytest.raises(DependencyUnavailableError) as caught:
        require_prerequisites(tmp_path)
    assert "Maven" not in str(caught.value)
