"""Runs asynchronous peers as a worker runs: the same event loop, the same garbage collection."""

import asyncio
import gc
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import uvloop

from assay.agents.app import GC_THRESHOLDS

T = TypeVar("T")


def run_tuned(main: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run to completion. Call it when everything that lives long has been built: that is frozen."""
    gc.set_threshold(*GC_THRESHOLDS)
    gc.collect()
    gc.freeze()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main())
