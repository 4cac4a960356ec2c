"""The development stack: up, down, killed, paused, and back with what it held (DESIGN 11)."""

import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import redis

from assay.agents import devstack
from assay.agents.devstack import Service, ServiceState, Stack
from assay.agents.settings import Settings, load_settings
from assay.agents.topic_admin import check_topics, ensure_topics
from assay.pipeline.core.errors import ConfigError, DependencyUnavailableError

pytestmark = [pytest.mark.broker, pytest.mark.long(40)]


@pytest.fixture
def settings(private_stack: Stack) -> Settings:
    return load_settings(home=private_stack.home, partitions=2, quality_partitions=1)


def state_of(stack: Stack, service: Service) -> ServiceState:
    return next(found.state for found in devstack.status(stack.home) if found.service is service)


def listening(pid: int) -> Iterator[str]:
    for connection in psutil.Process(pid).net_connections("inet"):
        if connection.status == psutil.CONN_LISTEN:
            yield connection.laddr.ip.removeprefix("::ffff:")


def test_up_is_idempotent(stack: Stack) -> None:
    assert devstack.up(stack.home) == stack


def test_it_listens_on_loopback_only(stack: Stack) -> None:
    """Nothing of it can be reached from another machine."""
    addresses = [*listening(stack.kafka_pid), *listening(stack.redis_pid)]
    assert len(addresses) >= 3
    assert set(addresses) == {"127.0.0.1"}


def test_valkey_never_drops_a_key_to_make_room(stack: Stack) -> None:
    """A view that silently loses keys would show wrong numbers."""
    with redis.Redis.from_url(stack.redis_url, decode_responses=True) as client:
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_a_restart_has_the_same_ports_and_data(private_stack: Stack, settings: Settings) -> None:
    ensure_topics(settings)
    with redis.Redis.from_url(private_stack.redis_url) as client:
        client.set("kept", "yes")
    devstack.down(private_stack.home)
    assert not psutil.pid_exists(private_stack.kafka_pid)
    assert not psutil.pid_exists(private_stack.redis_pid)
    again = devstack.up(private_stack.home)
    assert (again.kafka_port, again.redis_port) == (private_stack.kafka_port, private_stack.redis_port)
    assert check_topics(settings) == []
    with redis.Redis.from_url(again.redis_url) as client:
        assert client.get("kept") == b"yes"


def test_a_killed_broker_comes_back_with_its_topics(private_stack: Stack, settings: Settings) -> None:
    """RELIABILITY row 4."""
    ensure_topics(settings)
    devstack.kill_kafka(private_stack.home)
    assert state_of(private_stack, Service.KAFKA) is ServiceState.STOPPED
    assert state_of(private_stack, Service.REDIS) is ServiceState.RUNNING
    again = devstack.start_kafka(private_stack.home)
    assert again.kafka_pid != private_stack.kafka_pid
    assert again.kafka_port == private_stack.kafka_port
    assert check_topics(settings) == []


def test_a_paused_broker_is_told_from_a_stopped_one(private_stack: Stack) -> None:
    """RELIABILITY row 6."""
    devstack.signal_kafka(private_stack.home, signal.SIGSTOP)
    assert state_of(private_stack, Service.KAFKA) is ServiceState.PAUSED
    with pytest.raises(DependencyUnavailableError, match="kafka is paused"):
        devstack.up(private_stack.home)
    devstack.signal_kafka(private_stack.home, signal.SIGCONT)
    assert devstack.up(private_stack.home) == private_stack


def test_a_paused_stack_can_be_stopped(private_stack: Stack) -> None:
    devstack.signal_kafka(private_stack.home, signal.SIGSTOP)
    devstack.signal_redis(private_stack.home, signal.SIGSTOP)
    devstack.down(private_stack.home)
    assert not psutil.pid_exists(private_stack.kafka_pid)
    assert not psutil.pid_exists(private_stack.redis_pid)


def test_a_port_in_use_is_refused_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(ConfigError, match="is in use"):
            devstack.up(tmp_path, kafka_port=other.getsockname()[1])
    assert {found.state for found in devstack.status(tmp_path)} == {ServiceState.STOPPED}


def test_a_broker_that_cannot_start_says_why(private_stack: Stack) -> None:
    """Its data was damaged: the end of its own log is in the message."""
    devstack.down(private_stack.home)
    identity = private_stack.home / "dev" / "kafka" / "data" / "meta.properties"
    right = identity.read_bytes()
    identity.write_text("node.id=7\nversion=1\n")
    try:
        with pytest.raises(
            DependencyUnavailableError, match=r"(?s)kafka ended while it started.*kafka\.log.*id"
        ):
            devstack.up(private_stack.home)
    finally:
        identity.write_bytes(right)
