"""How processes are tied together, how they use memory, and how they end."""

import ctypes
import gc
import os
import signal
import threading

PR_SET_PDEATHSIG = 1

GC_THRESHOLDS = (50_000, 20, 50)
"""Every record makes containers that die young; collecting as often as Python does by default costs a tenth of the CPU."""

M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD = -1, -2, -3
HEAP_SETTINGS = (
    # glibc gives every buffer of a megabyte back to the kernel, which clears the pages of the next one: a tenth of the CPU.
    (M_MMAP_THRESHOLD, 32 << 20),  # the most that glibc takes
    (M_TRIM_THRESHOLD, 128 << 20),
    (M_TOP_PAD, 16 << 20),
)


def die_with_parent() -> None:
    """Ask the kernel for SIGTERM when the parent dies, so that a killed supervisor leaves no orphans."""
    parent = os.getppid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it died in between
        os.kill(os.getpid(), signal.SIGTERM)


def end_at_the_latest(seconds: float) -> None:
    """End this process with status 1 after that long, even if nothing moves any more.

    Safe at any moment: what is not committed then never happened (promise 1).
    """
    timer = threading.Timer(seconds, os._exit, (1,))
    timer.daemon = True
    timer.start()


def tune_memory() -> None:
    """For a process that reads and writes megabytes for as long as it lives. Call it first thing.

    Without glibc only the garbage collector is tuned.
    """
    gc.set_threshold(*GC_THRESHOLDS)
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        for parameter, value in HEAP_SETTINGS:
            mallopt(parameter, value)
