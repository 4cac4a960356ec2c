"""Where a demo takes place: the home's own stack, and topics, a group and transactional ids that are new each time."""

import fcntl
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from confluent_kafka import KafkaException
from redis import Redis, RedisError

from assay.agents import devstack
from assay.agents.devstack import Report, Service, ServiceState, Stack, ports
from assay.agents.names import lane_group
from assay.agents.roster import AGENTS
from assay.agents.settings import Settings, load_settings
from assay.agents.topic_admin import admin_client, ensure_topics
from assay.agents.topics import TOPICS, topic_name
from assay.pipeline.core.errors import RefusedError

LANE = "detector"
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
ADMIN_TIMEOUT_S = 10
SCANNED_TOGETHER = 1000


def short_id(now_ns: int) -> str:
    """The time in tenths of seconds, in base 36: new for each demo of a home, and later ones sort later."""
    left, digits = now_ns // 100_000_000, ""
    while left:
        left, digit = divmod(left, 36)
        digits = DIGITS[digit] + digits
    return digits


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """One demo at a time in a home: the first to end would stop the other's stack. Raises :class:`RefusedError`."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "demo.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RefusedError(
                f"another demo runs in {home}: wait for it, or set ASSAY_HOME to another folder"
            ) from None
        yield


@contextmanager
def running_stack(home: Path, report: Report) -> Iterator[Stack]:
    """The home's stack, started as far as it does not run; at the end only what was started here is stopped."""
    before = {found.service: found.state for found in devstack.status(home)}
    ours = [service for service, state in before.items() if state is ServiceState.STOPPED]
    try:
        yield devstack.up(home, report=report)
    finally:
        if len(ours) == len(before):
            devstack.down(home, report=report)
        else:
            for service in ours:
                with suppress(RefusedError):  # it is gone already
                    _STOPS[service](home)


def settings_for_run(home: Path, stack: Stack, name: str, processes: int) -> Settings:
    """The environment's settings, but on this stack, with names of this run and a free port for each process's pages."""
    return load_settings(
        env=name,
        topic_prefix=f"{name}.",
        home=home.resolve(),
        bootstrap_servers=stack.bootstrap_servers,
        redis_url=stack.redis_url,
        # The stack of a home is one node on loopback, whatever the person's own Kafka is.
        security_protocol="PLAINTEXT",
        replication_factor=1,
        web_host="127.0.0.1",
        web_port=free_ports(home, processes + 1),
    )


def free_ports(home: Path, count: int, choose: Callable[..., int] = ports.choose) -> int:
    """The first of ``count`` ports in a row that are free now."""
    tried: set[int] = set()
    while True:
        first = choose(home, taken=tried)
        if all(ports.is_free(port) for port in range(first, first + count)):
            return first
        tried.add(first)


@contextmanager
def fresh_topics(settings: Settings, *, keep: bool) -> Iterator[None]:
    """Topics of this run; at the end they go, with offsets of groups and keys in Redis, unless they are to be kept."""
    try:
        ensure_topics(settings)
        yield
    finally:
        if not keep:
            _delete(settings)
            _forget(settings)


def _delete(settings: Settings) -> None:
    """As far as Kafka still answers: what stays behind has this run's name and does no harm."""
    names = [topic_name(role, settings.topic_prefix) for role in TOPICS]
    client = admin_client(settings)
    with suppress(KafkaException):
        groups = [lane_group(settings, name) for name in AGENTS]
        _await_all(client.delete_consumer_groups(groups, request_timeout=ADMIN_TIMEOUT_S))
    with suppress(KafkaException):
        _await_all(client.delete_topics(names, request_timeout=ADMIN_TIMEOUT_S))


def _forget(settings: Settings) -> None:
    """Views and notes of this run, as far as Redis still answers, and what is known of the end of its audit log."""
    with suppress(RedisError), Redis.from_url(settings.redis_url) as client:
        for key in client.scan_iter(match=f"assay:*{settings.env}*", count=SCANNED_TOGETHER):
            client.delete(key)
    for file in (settings.home / "audit").glob(f"{settings.env}.*"):
        file.unlink(missing_ok=True)


def _await_all(futures: dict[str, Future[Any]]) -> None:
    for future in futures.values():
        with suppress(KafkaException):
            future.result()


def _stop_redis(home: Path) -> None:
    devstack.signal_redis(home, signal.SIGTERM)


_STOPS: dict[Service, Callable[[Path], None]] = {
    Service.KAFKA: devstack.stop_kafka,
    Service.REDIS: _stop_redis,
}
