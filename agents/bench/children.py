"""Child processes: start one, hear its answers, never wait for ever, leave none behind."""

import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from assay.pipeline.core.errors import DependencyUnavailableError

from .job import Job

START_S = 60.0
"""A child that has nothing to do for this long and says nothing hangs."""
SLOWEST_PER_S = 50.0
"""A peer that does fewer records a second than this does not belong in a benchmark."""
STOP_S = 15.0


class ChildFailedError(DependencyUnavailableError):
    """A child ended without its answer: read its log, run the benchmark again."""


class Child:
    """One role of a benchmark in a process of its own, killed on exit when it still runs."""

    def __init__(self, role: str, job: Job, log_dir: Path) -> None:
        self._role = role
        self._most_s = START_S + job.seconds + job.records / SLOWEST_PER_S
        self._log = log_dir / f"{role}.log"
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "assay.agents.bench.child", role, job.to_json()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def answer(self) -> dict[str, Any]:
        """The next line that it says. Raises :class:`ChildFailedError` when it ends first, or must be hanging."""
        assert self._process.stdout is not None
        watchdog = threading.Timer(self._most_s, self._process.kill)
        watchdog.start()
        try:
            line = self._process.stdout.readline()
        finally:
            watchdog.cancel()
            watchdog.join()
        if not line:
            status = self._process.wait()
            raise ChildFailedError(f"{self._role} gave no answer (status {status}); see {self._log}")
        answer: dict[str, Any] = orjson.loads(line)
        return answer

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    def ask_to_stop(self) -> None:
        """It may have a last answer to give."""
        self._process.terminate()

    def wait(self) -> None:
        """Until it has ended by itself. Raises :class:`ChildFailedError` when it does not, or with a failure."""
        try:
            status = self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            raise ChildFailedError(f"{self._role} does not end; see {self._log}") from None
        if status != 0:
            raise ChildFailedError(f"{self._role} failed (status {status}); see {self._log}")
