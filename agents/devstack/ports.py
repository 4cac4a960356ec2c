"""Which ports on loopback: those asked for, else those of last time, else free ones."""

import socket
import zlib
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from assay.pipeline.core.errors import ConfigError, Problem, RefusedError

from . import process
from .state import Service, State

FIRST, LAST = 20_000, 32_000
"""Below the range from which systems take the ports of outgoing connections. While a server is down its port
must stay free: a client that tries to reconnect could otherwise be given that very port, and reach itself."""


def is_free(port: int) -> bool:
    """Whether a server could listen there now."""
    with socket.socket() as probe:
        # What the servers do too: connections that are merely fading away do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def choose(home: Path, *, taken: Collection[int]) -> int:
    """A free port. Every home begins its search elsewhere, so that two of them seldom meet."""
    start = zlib.crc32(str(home.resolve()).encode()) % (LAST - FIRST)
    for step in range(LAST - FIRST):
        port = FIRST + (start + step) % (LAST - FIRST)
        if port not in taken and is_free(port):
            return port
    raise ConfigError(
        [Problem("ports", f"none is free between {FIRST} and {LAST}", "Name one: --kafka-port")]
    )


def with_ports(home: Path, state: State | None, *, kafka_port: int | None, redis_port: int | None) -> State:
    """What to start with. A server that runs keeps its port.

    Raises :class:`ConfigError` for a port that is in use, :class:`RefusedError` when a server runs on
    another port than the one asked for.
    """
    if kafka_port is not None and kafka_port == redis_port:
        raise ConfigError([Problem("--redis-port", "is the same as --kafka-port", "Give two ports, or none")])
    state = state or State(0, 0, 0)
    taken = {port for port in (kafka_port, redis_port) if port is not None}
    kafka = _port(home, state, Service.KAFKA, kafka_port, taken)
    redis = _port(home, state, Service.REDIS, redis_port, taken | {kafka})
    controller = state.controller_port
    if process.find(state.kafka) is None:
        controller = _keep_or_choose(home, controller, taken | {kafka, redis})
    return replace(state, kafka_port=kafka, controller_port=controller, redis_port=redis)


def _port(home: Path, state: State, service: Service, wanted: int | None, taken: Collection[int]) -> int:
    before = state.port(service)
    if process.find(state.process(service)) is not None:
        if wanted not in {None, before}:
            raise RefusedError(
                f"{service} runs on port {before}, not {wanted}: stop it first (assay dev down), "
                "or leave the option out"
            )
        return before
    if wanted is None:
        return _keep_or_choose(home, before, taken)
    if not is_free(wanted):
        raise ConfigError([Problem(f"--{service}-port", f"{wanted} is in use", "Give another one, or none")])
    return wanted


def _keep_or_choose(home: Path, before: int, taken: Collection[int]) -> int:
    if before and before not in taken and is_free(before):
        return before
    return choose(home, taken=taken)
