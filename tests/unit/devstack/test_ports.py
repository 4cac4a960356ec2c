"""Ports: those asked for, else those of last time, else free ones."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from assay.agents.devstack.ports import FIRST, LAST, choose, is_free, with_ports
from assay.agents.devstack.state import ProcessId, State
from assay.pipeline.core.errors import ConfigError, RefusedError


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port on which somebody else listens."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def myself() -> ProcessId:
    """A process that certainly runs."""
    return ProcessId(os.getpid(), psutil.Process().create_time())


def test_a_first_start_gets_three_free_ports(tmp_path: Path) -> None:
    state = with_ports(tmp_path, None, kafka_port=None, redis_port=None)
    ports = {state.kafka_port, state.controller_port, state.redis_port}
    assert len(ports) == 3
    assert all(FIRST <= port < LAST and is_free(port) for port in ports)


def test_chosen_ports_are_below_those_of_outgoing_connections(tmp_path: Path) -> None:
    """Else a client that reconnects to a dead broker could be given the broker's own port."""
    lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    assert choose(tmp_path, taken=()) < lowest


def test_a_taken_port_is_not_free(taken_port: int) -> None:
    assert not is_free(taken_port)


def test_ports_asked_for_are_used(tmp_path: Path) -> None:
    kafka, redis = choose(tmp_path, taken=()), choose(tmp_path / "other", taken=())
    state = with_ports(tmp_path, None, kafka_port=kafka, redis_port=redis)
    assert (state.kafka_port, state.redis_port) == (kafka, redis)
    assert state.controller_port not in {kafka, redis}


def test_a_port_asked_for_that_is_in_use_is_an_error_that_names_the_option(
    tmp_path: Path, taken_port: int
) -> None:
    with pytest.raises(ConfigError, match=f"--redis-port: {taken_port} is in use"):
        with_ports(tmp_path, None, kafka_port=None, redis_port=taken_port)


def test_both_cannot_have_the_same_port(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="the same as --kafka-port"):
        with_ports(tmp_path, None, kafka_port=20_000, redis_port=20_000)


def test_a_restart_keeps_the_ports(tmp_path: Path) -> None:
    first = with_ports(tmp_path, None, kafka_port=None, redis_port=None)
    assert with_ports(tmp_path, first, kafka_port=None, redis_port=None) == first


def test_a_port_that_was_taken_meanwhile_is_replaced(tmp_path: Path, taken_port: int) -> None:
    first = with_ports(tmp_path, None, kafka_port=None, redis_port=None)
    moved = State(taken_port, first.controller_port, first.redis_port)
    again = with_ports(tmp_path, moved, kafka_port=None, redis_port=None)
    assert again.kafka_port != taken_port
    assert again.redis_port == first.redis_port


def test_a_server_that_runs_keeps_its_port(tmp_path: Path, taken_port: int) -> None:
    running = State(taken_port, 20_001, 20_002, kafka=myself())
    assert with_ports(tmp_path, running, kafka_port=None, redis_port=None).kafka_port == taken_port
    assert with_ports(tmp_path, running, kafka_port=taken_port, redis_port=None).kafka_port == taken_port


def test_a_server_that_runs_is_not_moved(tmp_path: Path, taken_port: int) -> None:
    running = State(taken_port, 20_001, 20_002, kafka=myself())
    with pytest.raises(RefusedError, match=f"kafka runs on port {taken_port}, not 20003"):
        with_ports(tmp_path, running, kafka_port=20_003, redis_port=None)
