"""How processes are tied together, and how they end."""

import ctypes
import os
import signal
import threading

PR_SET_PDEATHSIG = 1


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
