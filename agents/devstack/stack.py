"""What callers learn about a stack."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from .state import Service


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack whose two servers answered."""

    kafka_port: int
    redis_port: int
    kafka_pid: int
    redis_pid: int
    home: Path

    @property
    def bootstrap_servers(self) -> str:
        """For ``ASSAY_BOOTSTRAP_SERVERS``."""
        return f"127.0.0.1:{self.kafka_port}"

    @property
    def redis_url(self) -> str:
        """For ``ASSAY_REDIS_URL``."""
        return f"redis://127.0.0.1:{self.redis_port}/0"


class ServiceState(StrEnum):
    """How a server is."""

    RUNNING = "running"
    SILENT = "silent"
    """The process is there but does not answer: it is starting, or hangs."""
    PAUSED = "paused"
    """The process was stopped with SIGSTOP."""
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """One line of ``assay dev status``. ``pid`` is ``None`` when stopped; ``port`` when there never was one."""

    service: Service
    state: ServiceState
    pid: int | None
    port: int | None
    log: Path
