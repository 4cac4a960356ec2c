"""Detached child processes: start, recognise, signal, stop."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

import psutil

from .state import ProcessId

LOG_KEPT_BYTES = 8 * 1_048_576
CLOCK_STEP_S = 1.0
"""Start times are told relative to the wall clock, which may be set between two looks at them."""
POLL_S = 0.05


def spawn(argv: list[str], log: Path) -> ProcessId:
    """Start a server that outlives this process and its terminal; what it prints is added to ``log``."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    if log.exists() and log.stat().st_size > LOG_KEPT_BYTES:
        flags |= os.O_TRUNC
    pid = os.posix_spawn(
        argv[0],
        argv,
        os.environ,  # handed on unread
        file_actions=(
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(log), flags, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ),
        setsid=True,  # Ctrl-C at our terminal is not meant for it
        setsigdef=(signal.SIGPIPE,),  # Python ignores it, and a child would inherit that
    )
    return ProcessId(pid, psutil.Process(pid).create_time())


def find(known: ProcessId | None) -> psutil.Process | None:
    """The process if it still runs and is the one that we started; never another with the same number."""
    if known is None:
        return None
    try:
        process = psutil.Process(known.pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            _reap(process)
            return None
        ours = abs(process.create_time() - known.created) < CLOCK_STEP_S
    except (psutil.NoSuchProcess, psutil.TimeoutExpired):
        return None
    return process if ours else None


def listens(process: psutil.Process, port: int) -> bool:
    """Whether it is this process that takes connections on that port."""
    try:
        connections = process.net_connections("tcp4")
    except psutil.Error:  # it has just ended
        return False
    return any(found.status == psutil.CONN_LISTEN and found.laddr.port == port for found in connections)


def stop(process: psutil.Process, timeout_s: float) -> None:
    """Ask it to end; after ``timeout_s`` make it end."""
    try:
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGCONT)  # a paused process hears nothing before it goes on
        if not _ends(process, timeout_s):
            process.kill()
            _ends(process, timeout_s)
    except (psutil.NoSuchProcess, FileNotFoundError):  # it is gone
        return


def _ends(process: psutil.Process, within_s: float) -> bool:
    """Whether it does. Who started it may live on and not ask for its exit status: it has ended all the same."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        try:
            process.wait(min(POLL_S, within_s))
        except psutil.TimeoutExpired:
            if _is_over_for_another(process):
                return True
        else:
            return True
    return False


def _is_over_for_another(process: psutil.Process) -> bool:
    """Whether nothing but an exit status is left, and not for us: a server's first thread may end before its others."""
    return (
        process.status() == psutil.STATUS_ZOMBIE
        and process.ppid() != os.getpid()
        and len([*Path(f"/proc/{process.pid}/task").iterdir()]) <= 1
    )


def _reap(zombie: psutil.Process) -> None:
    """Take its exit status if it is our own child, so that it can go."""
    with suppress(psutil.TimeoutExpired):
        zombie.wait(timeout=0)
