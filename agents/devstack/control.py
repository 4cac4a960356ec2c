"""Up, down, status, and the pieces that fault tests need: kill, pause, start again on the same data."""

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

from assay.pipeline.core.errors import DependencyUnavailableError, RefusedError

from . import kafka, ports, process, valkey
from .stack import ServiceState, ServiceStatus, Stack
from .state import ProcessId, Report, Service, State, exclusive, log_file, read_state, write_state

POLL_S = 0.05
PAUSES_WITHIN_S = 5.0


@dataclass(frozen=True, slots=True)
class _Kind:
    answers: Callable[[int], bool]
    starts_within_s: float
    stops_within_s: float


_KINDS = {
    Service.KAFKA: _Kind(kafka.answers, kafka.STARTS_WITHIN_S, kafka.STOPS_WITHIN_S),
    Service.REDIS: _Kind(valkey.answers, valkey.STARTS_WITHIN_S, valkey.STOPS_WITHIN_S),
}


def _quiet(_doing: str) -> None:
    """Nobody wants to be told."""


def up(
    home: Path, kafka_port: int | None = None, redis_port: int | None = None, *, report: Report = _quiet
) -> Stack:
    """Start what does not run, on the data that is there; return when both answer.

    Ports: those given, else those of last time if they are free, else free ones. Raises
    :class:`ConfigError` for a port in use, :class:`RefusedError` for a server that runs on another port
    than the one given, :class:`DependencyUnavailableError` when a server is missing or does not start.
    """
    with exclusive(home, report):
        state = ports.with_ports(home, read_state(home), kafka_port=kafka_port, redis_port=redis_port)
        return _start(home, state, tuple(Service), report)


def down(home: Path, *, report: Report = _quiet) -> None:
    """Stop what runs, and only what this home's ``up`` started; the data stays. Nothing to do is fine."""
    with exclusive(home, report):
        state = read_state(home)
        if state is None:
            return
        for service in (Service.REDIS, Service.KAFKA):
            running = process.find(state.process(service))
            if running is not None:
                report(f"stopping {service}")
                process.stop(running, _KINDS[service].stops_within_s)
            state = state.having(service, None)
            write_state(home, state)


def status(home: Path) -> tuple[ServiceStatus, ...]:
    """How both servers are; never waits for a command that is under way."""
    state = read_state(home)
    return tuple(_status(home, state, service) for service in Service)


def start_kafka(home: Path, *, report: Report = _quiet) -> Stack:
    """Start the broker again on the same data and port, after :func:`kill_kafka`; return when it answers."""
    return _start_again(home, Service.KAFKA, report)


def start_redis(home: Path, *, report: Report = _quiet) -> Stack:
    """Start Valkey again on the same data and port, after :func:`kill_redis`; return when it answers."""
    return _start_again(home, Service.REDIS, report)


def stop_kafka(home: Path) -> None:
    """Let the broker end in order, and return when it is gone. Raises :class:`RefusedError` when it does not run."""
    process.stop(_running(home, Service.KAFKA), kafka.STOPS_WITHIN_S)


def signal_kafka(home: Path, sig: signal.Signals) -> None:
    """Send the broker a signal; after SIGSTOP, return when it has stopped. Raises :class:`RefusedError` when it does not run."""
    _send(_running(home, Service.KAFKA), sig)


def signal_redis(home: Path, sig: signal.Signals) -> None:
    """Send Valkey a signal; after SIGSTOP, return when it has stopped. Raises :class:`RefusedError` when it does not run."""
    _send(_running(home, Service.REDIS), sig)


def kill_kafka(home: Path) -> None:
    """Kill the broker as a power cut would, and return when it is gone."""
    _kill(_running(home, Service.KAFKA))


def kill_redis(home: Path) -> None:
    """Kill Valkey as a power cut would, and return when it is gone."""
    _kill(_running(home, Service.REDIS))


def _send(running: psutil.Process, sig: signal.Signals) -> None:
    running.send_signal(sig)
    if sig is not signal.SIGSTOP:
        return
    deadline = time.monotonic() + PAUSES_WITHIN_S
    while running.status() != psutil.STATUS_STOPPED and time.monotonic() < deadline:
        time.sleep(POLL_S)


def _kill(running: psutil.Process) -> None:
    running.kill()
    running.wait(10)


def _start_again(home: Path, service: Service, report: Report) -> Stack:
    with exclusive(home, report):
        state = read_state(home)
        if state is None:
            raise RefusedError(f"there is no stack in {home}: run assay dev up")
        return _start(home, state, (service,), report)


def _start(home: Path, state: State, services: tuple[Service, ...], report: Report) -> Stack:
    for service in services:
        if process.find(state.process(service)) is None:
            report(f"starting {service}")
            state = state.having(service, _launch(home, state, service, report))
            # At once: if we are interrupted while we wait, `assay dev down` must know what to stop.
            write_state(home, state)
    for service in services:
        report(f"waiting for {service} on port {state.port(service)}")
        _wait(home, state, service)
    return Stack(state.kafka_port, state.redis_port, _pid(state.kafka), _pid(state.redis), home)


def _launch(home: Path, state: State, service: Service, report: Report) -> ProcessId:
    match service:
        case Service.KAFKA:
            return kafka.launch(home, state.kafka_port, state.controller_port, report)
        case Service.REDIS:
            return valkey.launch(home, state.redis_port)


def _wait(home: Path, state: State, service: Service) -> None:
    kind = _KINDS[service]
    deadline = time.monotonic() + kind.starts_within_s
    while True:
        running = process.find(state.process(service))
        if running is None:
            raise _did_not_start(home, service, "ended while it started")
        if running.status() == psutil.STATUS_STOPPED:
            raise DependencyUnavailableError(
                f"{service} is paused: let it go on (kill -CONT {running.pid}), or stop it (assay dev down)"
            )
        # Who listens, before what it answers: a stranger on this port might answer too.
        if process.listens(running, state.port(service)) and kind.answers(state.port(service)):
            return
        if time.monotonic() > deadline:
            raise _did_not_start(home, service, f"does not answer after {kind.starts_within_s:.0f} s")
        time.sleep(POLL_S)


def _did_not_start(home: Path, service: Service, why: str) -> DependencyUnavailableError:
    log = log_file(home, service)
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    telling = [line for line in lines if not line.startswith("\tat ")]  # a Java stack says little to a user
    return DependencyUnavailableError("\n".join([f"{service} {why}; the end of {log}:", *telling[-3:]]))


def _pid(known: ProcessId | None) -> int:
    return known.pid if known is not None else 0


def _running(home: Path, service: Service) -> psutil.Process:
    state = read_state(home)
    running = process.find(state.process(service)) if state is not None else None
    if running is None:
        raise RefusedError(f"{service} does not run in {home}: run assay dev up")
    return running


def _status(home: Path, state: State | None, service: Service) -> ServiceStatus:
    log = log_file(home, service)
    if state is None:
        return ServiceStatus(service, ServiceState.STOPPED, None, None, log)
    running = process.find(state.process(service))
    if running is None:
        return ServiceStatus(service, ServiceState.STOPPED, None, state.port(service), log)
    return ServiceStatus(service, _state_of(running, state, service), running.pid, state.port(service), log)


def _state_of(running: psutil.Process, state: State, service: Service) -> ServiceState:
    if running.status() == psutil.STATUS_STOPPED:
        return ServiceState.PAUSED
    if _KINDS[service].answers(state.port(service)):
        return ServiceState.RUNNING
    return ServiceState.SILENT
