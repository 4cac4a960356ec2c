"""The worker of the loop's latency measurement: all three lanes, until SIGTERM."""

from collections.abc import Callable
from typing import Any

from assay.agents.process import tune_memory

from .job import Job
from .peers.loop import BenchLoop
from .serve import serve
from .stopwatch import Stopwatch
from .tuned import run_tuned


def work(job: Job, say: Callable[[dict[str, Any]], None]) -> None:
    """Say so when the groups have given out their partitions; then work."""
    tune_memory()
    bench = BenchLoop(job, Stopwatch(job.records))
    run_tuned(lambda: serve(bench, say))
