"""One slot at work: each batch that its intake has judged is written, with its offset, in one transaction."""

import asyncio
import time
from collections.abc import Sequence

from assay.agents.transport.protocol import TopicPartition

from .context import SlotContext
from .intake import Intake, Judged
from .runner import OwningRunner


class SlotRunner(OwningRunner):
    """A slot of a lane without state."""

    def __init__(self, context: SlotContext, slot: int, partitions: Sequence[TopicPartition]) -> None:
        super().__init__(context.owner, slot, partitions)
        self._notes = context.notes
        self._intake = Intake(context, slot, partitions)

    async def _recall(self) -> None:
        await self._catch_up()
        note = await self._notes.read(str(self.slot))
        if note is not None:
            self._intake.suspect(note)

    async def _catch_up(self) -> None:
        self._intake.start_at(self._owner.positions)

    async def _forget(self) -> None:
        await self._notes.clear(str(self.slot))

    async def _work(self) -> None:
        """One transaction after another. While one runs, the next batch is read and judged."""
        idle = asyncio.Event()
        idle.set()
        ahead = asyncio.create_task(self._intake.next(idle))
        try:
            while not self._is_closing():
                with self._at_rest():
                    batch = await ahead
                idle.clear()
                ahead = asyncio.create_task(self._intake.next(idle))
                await self._commit(batch)
                self._failures = 0
                idle.set()
        finally:
            ahead.cancel()
            await asyncio.gather(ahead, return_exceptions=True)

    async def _commit(self, batch: Judged) -> None:
        await self._owner.write(batch.outgoing, batch.positions)
        self._intake.committed(batch.positions)
        self._events.committed(batch.sources, batch.outgoing, time.perf_counter() - batch.began)
