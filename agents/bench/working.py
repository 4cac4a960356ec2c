"""Lanes that work until they need not."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from assay.agents.lanes.engine import Lane


class Bench(Protocol):
    """One lane or several, put together for a benchmark."""

    async def start(self) -> None:
        """Connect and join the groups."""
        ...

    async def ready(self) -> None:
        """Wait until the groups have given out their partitions."""
        ...

    async def run_until(self, end: asyncio.Event) -> None:
        """Work until then; raises what a lane failed of."""
        ...

    async def stop(self) -> None:
        """End in order."""
        ...


async def work_until(end: asyncio.Event, lanes: Sequence[Lane]) -> None:
    """Return when ``end`` is set; raise what a lane failed of, if one does before."""
    ended = asyncio.create_task(end.wait())
    running = [asyncio.create_task(lane.run()) for lane in lanes]
    try:
        await asyncio.wait({ended, *running}, return_when=asyncio.FIRST_COMPLETED)
        for each in running:
            if each.done():
                await each
    finally:
        ended.cancel()
        for each in running:
            each.cancel()
        await asyncio.gather(ended, *running, return_exceptions=True)
