"""``assay worker`` as a child process of the demo."""

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import psutil

from assay.agents.roster import AGENTS, FAUST_AGENTS, LANES
from assay.agents.settings import Settings
from assay.pipeline.core.errors import TransientError

from .cpu import ProcessKey

READY_S = 60.0
POLL_S = 0.1
ANSWER_S = 1.0
STOPS_WITHIN_S = 25.0
"""Longer than the supervisor gives its processes."""
TAIL_LINES = 12
LOG_NAME = "demo-worker.log"
OTHERS_LOG_NAME = "demo-agents.log"

OVERRIDDEN = ("env", "topic_prefix", "home", "bootstrap_servers", "redis_url", "security_protocol")
OVERRIDDEN_POLICY = ("policies_dir", "secrets_dir", "policy_source")
OVERRIDDEN_WEB = ("web_host", "web_port")
OTHERS = tuple(name for name in AGENTS if name not in (*LANES, *FAUST_AGENTS))
"""What comes after a trace's way, in one process. Nobody changes a policy during a demo."""


def environment_of(settings: Settings) -> Mapping[str, str]:
    """What the worker must be told, beside the environment that it inherits. No secret is among it."""
    told = {name: getattr(settings, name) for name in (*OVERRIDDEN, *OVERRIDDEN_POLICY, *OVERRIDDEN_WEB)}
    return {f"ASSAY_{name.upper()}": str(value) for name, value in told.items() if value is not None}


class Worker:
    """A supervised worker with these agents. ``command`` is for tests: what to start instead."""

    def __init__(
        self,
        settings: Settings,
        processes: int,
        command: list[str] | None = None,
        *,
        agents: Sequence[str] = LANES,
        log: str = LOG_NAME,
    ) -> None:
        self.log = settings.home / log
        self._processes = processes
        self._ports = range(settings.web_port, settings.web_port + processes)
        with self.log.open("wb") as file:
            self._process = subprocess.Popen(
                command or _command(agents, processes),
                env={**os.environ, **environment_of(settings)},  # handed on unread
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                start_new_session=True,  # Ctrl-C at our terminal is not meant for it: we stop it in order
            )

    def until_ready(
        self,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """Wait until every process says on its ``/ready`` page that it has its share of the partitions.

        Raises :class:`TransientError` with the end of the log when it ends, or takes longer than ``READY_S``.
        """
        deadline = monotonic() + READY_S
        while not all(_is_ready(port) for port in self._ports):
            self.require_alive()
            if monotonic() > deadline:
                raise self.failure(f"the worker is not ready after {READY_S:.0f} s")
            pause(POLL_S)

    def require_alive(self) -> None:
        """Raises :class:`TransientError` with the end of the log when the worker has ended."""
        status = self._process.poll()
        if status is not None:
            raise self.failure(f"the worker ended with status {status}")

    def failure(self, why: str) -> TransientError:
        """The error to raise: why, and what the worker said last."""
        return TransientError("\n".join([f"{why}; the end of {self.log}:", *self.tail()]))

    def tail(self) -> list[str]:
        """The last lines of the log. They hold no value of any trace (promise 4)."""
        return self.log.read_text(errors="replace").splitlines()[-TAIL_LINES:]

    def cpu_times(self) -> dict[ProcessKey, float]:
        """CPU seconds so far of each process below the supervisor, which itself does nothing but wait."""
        times: dict[ProcessKey, float] = {}
        try:
            children = psutil.Process(self._process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return times
        for child in children:
            try:
                used = child.cpu_times()
                times[child.pid, child.create_time()] = used.user + used.system
            except psutil.NoSuchProcess:
                continue
        return times

    def stop(self) -> int:
        """Ask it to end in order; the exit status, 0 when it did. Can be called again."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(STOPS_WITHIN_S)
            except subprocess.TimeoutExpired:
                self._kill()
        return self._process.wait()

    def _kill(self) -> None:
        for child in psutil.Process(self._process.pid).children(recursive=True):
            child.kill()
        self._process.kill()


@contextmanager
def running_lanes(settings: Settings, processes: int) -> Iterator[Worker]:
    """The lanes, which are stopped at the end, whatever happens."""
    with _stopped_at_the_end(Worker(settings, processes)) as worker:
        yield worker


@contextmanager
def running_others(settings: Settings, processes: int) -> Iterator[Worker]:
    """All other agents likewise, beside the lanes' ``processes``."""
    beside = settings.model_copy(update={"web_port": settings.web_port + processes})
    with _stopped_at_the_end(Worker(beside, 1, agents=OTHERS, log=OTHERS_LOG_NAME)) as worker:
        yield worker


@contextmanager
def _stopped_at_the_end(worker: Worker) -> Iterator[Worker]:
    try:
        yield worker
    finally:
        worker.stop()


def _command(agents: Sequence[str], processes: int) -> list[str]:
    told = ("--agents", ",".join(agents), "--processes", str(processes))
    return [sys.executable, "-m", "assay.agents.demo.tied", "worker", *told]


def _is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_S)
    try:
        connection.request("GET", "/ready")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
