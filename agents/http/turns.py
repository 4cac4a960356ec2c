"""Work that is heavy: a few at a time, a few more may wait, and the others are told to come again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from .problems import HttpProblem, Kind

MOST_WAITING = 4
COME_AGAIN_S = 10


class Turns:
    """So many at the same time."""

    def __init__(self, most: int) -> None:
        self._free = asyncio.Semaphore(most)
        self._waiting = 0

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """A turn. Raises ``HttpProblem`` (429) when too many wait already."""
        if self._waiting >= MOST_WAITING:
            headers = {"Retry-After": str(COME_AGAIN_S)}
            raise HttpProblem(Kind.TOO_MANY, "others search already: try again soon", headers=headers)
        self._waiting += 1
        try:
            await self._free.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._free.release()
