"""The worker of a latency measurement: the lane, until SIGTERM."""

import asyncio
import signal
from collections.abc import Callable
from typing import Any

from assay.agents.process import tune_memory

from .job import Job
from .peers.lane import BenchLane
from .stopwatch import Stopwatch
from .tuned import run_tuned
from .working import Bench


def work(job: Job, say: Callable[[dict[str, Any]], None]) -> None:
    """Say so when the group has given out its partitions; then work."""
    tune_memory()
    bench = BenchLane(job, Stopwatch(job.records))
    run_tuned(lambda: serve(bench, say))


async def serve(bench: Bench, say: Callable[[dict[str, Any]], None]) -> None:
    """Start, say so, work until SIGTERM, end in order."""
    end = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, end.set)
    await bench.start()
    try:
        await bench.ready()
        say({"ready": True})
        await bench.run_until(end)
    finally:
        await bench.stop()
