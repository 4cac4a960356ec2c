"""Keeps worker processes alive: restarts what dies, with back-off, and passes signals on."""

import asyncio
import logging
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

log = logging.getLogger(__name__)

FIRST_DELAY_S = 0.5
MOST_DELAY_S = 30.0
LONG_LIFE_S = 20.0
"""A process that lived for this long starts again with the first delay."""
STOP_S = 10.0
KILLED = 1
"""The exit status when a process had to be killed: whoever stopped us must not take that for an orderly end."""
HOPELESS = frozenset({2, 4})
"""Exit statuses that a restart does not cure: wrong usage or settings, refused."""


def next_delay(delay: float, lived: float) -> tuple[float, float]:
    """How long to wait before the restart, and the delay to remember: doubled up to ``MOST_DELAY_S``."""
    if lived >= LONG_LIFE_S:
        delay = FIRST_DELAY_S
    return delay, min(delay * 2, MOST_DELAY_S)


@dataclass(frozen=True, slots=True)
class Supervisor:
    """Runs processes until it is told to stop or one of them is hopeless."""

    commands: Sequence[Sequence[str]]
    """One for each process; started with ``--child N`` added, N from 0."""

    async def run(self) -> int:
        """Supervise; the exit status: 0 after a signal, ``KILLED`` when a process did not end by it, else that of the hopeless child."""
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopping.set)
        keepers = [asyncio.create_task(self._keep(index, stopping)) for index in range(len(self.commands))]
        results = await asyncio.gather(*keepers)
        return max(results)

    async def _keep(self, index: int, stopping: asyncio.Event) -> int:
        loop = asyncio.get_running_loop()
        delay = FIRST_DELAY_S
        while not stopping.is_set():
            started = loop.time()
            child = await asyncio.create_subprocess_exec(*self.commands[index], "--child", str(index))
            log.info("worker %d runs as process %d", index, child.pid)
            status = await _exit_or_stop(child, stopping)
            if stopping.is_set():
                return KILLED if status == -signal.SIGKILL else 0
            if status in HOPELESS:
                log.error("worker %d ends with status %d: not restarted", index, status)
                stopping.set()
                return status
            wait, delay = next_delay(delay, loop.time() - started)
            log.warning("worker %d ended with status %d: restarted in %.1f s", index, status, wait)
            await _sleep_or_stop(wait, stopping)
        return 0


async def _exit_or_stop(child: asyncio.subprocess.Process, stopping: asyncio.Event) -> int:
    """The child's exit status; on a stop it is asked to end, then made to."""
    stop = asyncio.create_task(stopping.wait())
    exited = asyncio.create_task(child.wait())
    await asyncio.wait({stop, exited}, return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    if not exited.done():
        with suppress(ProcessLookupError):  # it ended just now
            child.send_signal(signal.SIGTERM)
        await asyncio.wait({exited}, timeout=STOP_S)
        if not exited.done():
            log.error("process %d does not end: killed", child.pid)
            with suppress(ProcessLookupError):
                child.kill()
    return await exited


async def _sleep_or_stop(seconds: float, stopping: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stopping.wait(), seconds)
    except TimeoutError:
        return


def worker_command(agents: Sequence[str], processes: int) -> list[str]:
    """The command of one of ``processes`` workers; each must know how many there are, to count slots alike."""
    return [
        *(sys.executable, "-m", "assay.agents.cli", "worker"),
        *("--agents", ",".join(agents), "--processes", str(processes)),
    ]
