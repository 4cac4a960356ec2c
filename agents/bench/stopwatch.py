"""Measures a process from inside, at no cost per record."""

import time
from pathlib import Path

from .run import Run


class Stopwatch:
    """Starts with the first batch, ends with the commit that completes the job."""

    def __init__(self, records: int) -> None:
        self._left = self._records = records
        self._began: tuple[float, float] | None = None
        self._run: Run | None = None

    def arrived(self) -> None:
        """A batch is there; only the first one counts."""
        if self._began is None:
            self._began = time.perf_counter(), time.process_time()

    def committed(self, records: int) -> None:
        """So many more records are done, their outputs acknowledged and their offsets committed where a peer does that."""
        self._left -= records
        if self._left > 0 or self._run is not None:
            return
        assert self._began is not None, "arrived() first"
        wall_s, cpu_s = time.perf_counter() - self._began[0], time.process_time() - self._began[1]
        self._run = Run(self._records - self._left, wall_s, cpu_s, rss_max_mb())

    @property
    def run(self) -> Run | None:
        """The measurement, once the job is complete."""
        return self._run


def rss_max_mb() -> float:
    """The most memory that this process ever had resident, in units of 2**20 bytes.

    Not ``getrusage``: its figure survives ``exec``, so a child would report its parent's memory.
    """
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0
