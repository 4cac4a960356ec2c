"""Ends a process that a record keeps for ever or blows up, so that the crash notes find the record (rule 10, D-16).

A trace that makes a detector loop leaves the process alive and of no use: no heartbeat, no commit, no log line.
Nothing inside the event loop can notice, so a thread does; and where native code never lets that thread run, the kernel.
"""

import asyncio
import logging
import os
import signal
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import PurePath

import psutil

log = logging.getLogger(__name__)

STATUS = 70
"""The exit status (``EX_SOFTWARE``): a supervisor starts the process again."""
GIB = 2**30


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a process may take. A probe's are narrower (``probe.py``): what it outlives, a worker does too."""

    busy_s: float = 10.0
    """CPU time without giving way, which the loop does every few milliseconds (rule 8). CPU time, because a machine
    that is too busy is no fault of the trace; a batch that swells to 900 MB takes 4 s."""
    still_s: float = 30.0
    """Time without giving way, whether it is spent working or waiting for a lock."""
    memory_bytes: int = 4 * GIB
    tick_s: float = 0.2


class Watchdog(threading.Thread):
    """Watches an event loop from outside. Ticks are counted, not seconds: a process that was suspended is not late."""

    def __init__(self, loop: asyncio.AbstractEventLoop, bounds: Bounds | None = None) -> None:
        """Watches from :meth:`start` on, but the loop only from its first turn; stops when the loop is closed."""
        super().__init__(name="watchdog", daemon=True)
        self._loop = loop
        self._bounds = bounds or Bounds()
        self._worker = threading.get_ident()
        self._beats = 0

    def start(self) -> None:
        """From the thread that is going to run the loop, before it does."""
        self._loop.call_soon_threadsafe(self._beat)
        self._wind_up()
        super().start()

    def run(self) -> None:
        """Tick until the loop is closed, or the end has come."""
        bounds = self._bounds
        process = psutil.Process()
        pause = threading.Event()
        cpu = time.pthread_getcpuclockid(self._worker)
        seen, still, since = 0, 0, 0.0
        try:
            while not pause.wait(bounds.tick_s):
                self._wind_up()
                size = process.memory_info().rss
                if size > bounds.memory_bytes:
                    self._end(f"it uses {size >> 20} MiB, more than {bounds.memory_bytes >> 20}")
                if self._beats > seen:
                    seen, still, since = self._beats, 0, time.clock_gettime(cpu)
                    self._loop.call_soon_threadsafe(self._beat)
                elif seen:
                    still += 1
                    busy = time.clock_gettime(cpu) - since
                    if busy > bounds.busy_s or still * bounds.tick_s > bounds.still_s:
                        self._end(
                            f"its event loop stands still after {busy:.0f} s of CPU, in {self._place()}"
                        )
        except RuntimeError:  # the loop is closed: an orderly end is under way
            signal.setitimer(signal.ITIMER_PROF, 0)

    def _wind_up(self) -> None:
        """Native code that keeps the interpreter's lock keeps this thread from coming back to do this again.

        Then the kernel ends the process, by ``SIGPROF``, after that much CPU time.
        """
        signal.setitimer(signal.ITIMER_PROF, self._bounds.busy_s)

    def _beat(self) -> None:
        self._beats += 1

    def _place(self) -> str:
        """File, line and function that keep the loop; of values nothing (promise 4)."""
        frame = sys._current_frames().get(self._worker)  # noqa: SLF001 - public in all but name, documented in `sys`
        if frame is None:
            return "native code"
        code = frame.f_code
        return f"{PurePath(code.co_filename).name}:{frame.f_lineno} {code.co_name}"

    @staticmethod
    def _end(why: str) -> None:
        """At once: what is not committed never happened (promise 1), and an orderly end needs the loop."""
        log.critical("this process ends: %s. What it was judging is judged apart if that happens again", why)
        os._exit(STATUS)
