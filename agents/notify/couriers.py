"""A task for each channel, so that one that is slow or away holds up nobody else."""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress

from assay.pipeline.core.clock import NANOS_PER_SECOND, Clock

from .channels import Channels
from .desk import Desk

log = logging.getLogger(__name__)

STOP_S = 4.0
"""A message that is under way gets this long to be answered and written when the worker stops."""
REPLACE_S = 30.0
"""And this long when only the channels change: longer than any sender takes."""
LONGEST_S = 60.0
"""Clocks are set; nobody sleeps for longer on one reading."""
PAUSE_S = 1.0


class Couriers:
    """Starts, wakes and stops them."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock
        self._wakers: dict[str, asyncio.Event] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._stopping = False

    def start(self) -> None:
        """One task for each channel that is on."""
        self._stopping = False
        self._wakers = {name: asyncio.Event() for name in self._desk.channels.ready}
        self._tasks = {
            name: asyncio.create_task(self._run(name, waker), name=f"notify {name}")
            for name, waker in self._wakers.items()
        }

    def wake(self) -> None:
        """Something new came."""
        for waker in self._wakers.values():
            waker.set()

    async def stop(self, patience_s: float = STOP_S) -> None:
        """Let what is under way end, and close the channels; what does not end in time is abandoned, not lost."""
        self._stopping = True
        self.wake()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks.values(), timeout=patience_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        self._tasks = {}
        for ready in self._desk.channels.ready.values():
            await ready.sender.close()

    async def replace(self, channels: Channels) -> None:
        """Go on with other channels."""
        await self.stop(REPLACE_S)
        self._desk.channels = channels
        self.start()
        await self._desk.tidy()

    def alive(self) -> Mapping[str, bool]:
        """Whether each channel's task still runs."""
        return {name: not task.done() for name, task in self._tasks.items()}

    async def _run(self, name: str, waker: asyncio.Event) -> None:
        while not self._stopping:
            waker.clear()
            try:
                wait = await self._desk.turn(name)
                if wait is None:
                    await self._desk.tidy()  # it may have been acknowledged meanwhile
                    continue
            except Exception as error:  # noqa: BLE001 - the edge: a channel's bug must not silence the channel
                log.error("channel %s: %s", name, type(error).__name__)  # noqa: TRY400 - texts may quote secrets
                await asyncio.sleep(PAUSE_S)
                continue
            seconds = LONGEST_S
            if wait.until_ns is not None:
                seconds = min((wait.until_ns - self._clock.now_ns()) / NANOS_PER_SECOND, LONGEST_S)
            with suppress(TimeoutError):
                await asyncio.wait_for(waker.wait(), max(seconds, 0.001))
