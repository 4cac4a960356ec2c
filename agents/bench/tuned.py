"""Runs asynchronous peers on a worker's event loop."""

import asyncio
import gc
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import uvloop

from assay.agents.process import GC_THRESHOLDS

T = TypeVar("T")


def run_tuned(main: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run to completion, with a worker's garbage collection. Call it when what lives long has been built: that is frozen."""
    gc.set_threshold(*GC_THRESHOLDS)
    gc.collect()
    gc.freeze()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main())
