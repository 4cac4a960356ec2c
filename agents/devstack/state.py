"""What is known of a stack between two commands: ``<home>/dev/state.json``, and where the other files lie."""

import fcntl
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from assay.pipeline.core.errors import ConfigError, Problem

Report = Callable[[str], None]
"""Is told in a few words what is being done now."""


class Service(StrEnum):
    """The two servers of a stack."""

    KAFKA = "kafka"
    REDIS = "redis"


@dataclass(frozen=True, slots=True)
class ProcessId:
    """A process that stays recognisable: the system hands out a number again, never with the same start time."""

    pid: int
    created: float
    """Seconds since 1970, as the operating system tells it."""


@dataclass(frozen=True, slots=True)
class State:
    """Ports stay when the servers stop, so that a restart is found where it was."""

    kafka_port: int
    controller_port: int
    redis_port: int
    kafka: ProcessId | None = None
    redis: ProcessId | None = None

    def process(self, service: Service) -> ProcessId | None:
        """The process that was started last for this service, if it was not stopped by us."""
        return self.kafka if service is Service.KAFKA else self.redis

    def port(self, service: Service) -> int:
        """Where clients connect."""
        return self.kafka_port if service is Service.KAFKA else self.redis_port

    def having(self, service: Service, process: ProcessId | None) -> "State":
        """The same with another process for this service."""
        if service is Service.KAFKA:
            return replace(self, kafka=process)
        return replace(self, redis=process)


def dev_dir(home: Path) -> Path:
    """Everything of the stack but the jars is in here."""
    return home.resolve() / "dev"


def log_file(home: Path, service: Service) -> Path:
    """What the server printed."""
    return dev_dir(home) / service.value / f"{service.value}.log"


def read_state(home: Path) -> State | None:
    """``None`` when there never was a stack in this home. Raises :class:`ConfigError` when the file is damaged."""
    path = dev_dir(home) / "state.json"
    try:
        content: dict[str, Any] = json.loads(path.read_bytes())
        processes = {
            service.value: None if content[service.value] is None else ProcessId(**content[service.value])
            for service in Service
        }
        return State(**{**content, **processes})
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError) as error:
        raise ConfigError(
            [Problem(str(path), "is damaged", "Stop what may still run, delete the file, run assay dev up")]
        ) from error


def write_state(home: Path, state: State) -> None:
    """Replace the file as a whole: a reader sees the old or the new one."""
    path = dev_dir(home) / "state.json"
    draft = path.with_suffix(".tmp")
    draft.write_text(json.dumps(asdict(state), indent=2) + "\n")
    draft.replace(path)


def endpoints(home: Path) -> dict[str, str]:
    """The settings that lead to this home's stack, by their field names; empty when there never was one."""
    state = read_state(home)
    if state is None:
        return {}
    return {
        "bootstrap_servers": f"127.0.0.1:{state.kafka_port}",
        "redis_url": f"redis://127.0.0.1:{state.redis_port}/0",
    }


@contextmanager
def exclusive(home: Path, report: Report) -> Iterator[None]:
    """One command at a time per home; the second waits for the first."""
    dev_dir(home).mkdir(parents=True, exist_ok=True)
    with (dev_dir(home) / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            report("waiting for another assay dev command")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
