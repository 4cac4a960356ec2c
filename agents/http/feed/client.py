"""One client's queue: bounded, and honest about what it lost."""

import asyncio
from collections import deque
from collections.abc import Sequence

import orjson

from assay.pipeline.core.issue import Severity
from assay.pipeline.core.word import Word

from .update import Update, Wanted

MOST_TOGETHER = 64
"""Groups in one message."""


class Offered(Word):
    """What became of an update for one client."""

    QUEUED = "queued"
    NOT_WANTED = "not_wanted"
    DROPPED = "dropped"


class FeedClient:
    """Updates wait here until the client takes them.

    Once the queue is filled to the threshold only critical updates are taken, and once it is full none. What is dropped
    is counted, and the client is told how many; a list of the API has what it missed.
    """

    def __init__(self, wanted: Wanted, capacity: int, threshold: float) -> None:
        """``threshold``: from which part of ``capacity`` on the queue is under pressure (S3-61)."""
        self.wanted = wanted
        self.dropped = 0
        """Since the connection began."""
        self._untold = 0
        self._capacity = capacity
        self._pressure = max(1, int(capacity * threshold))
        self._queue: deque[str] = deque()
        self._news = asyncio.Event()

    @property
    def waiting(self) -> int:
        """Updates in the queue."""
        return len(self._queue)

    def offer(self, update: Update) -> Offered:
        """Queue it, or count it as dropped. Never waits."""
        text = self.wanted.text_of(update)
        if text is None:
            return Offered.NOT_WANTED
        most = self._capacity if update.severity is Severity.CRITICAL else self._pressure
        if len(self._queue) >= most:
            self.dropped += 1
            self._untold += 1
            return Offered.DROPPED
        self._queue.append(text)
        self._news.set()
        return Offered.QUEUED

    async def take(self) -> Sequence[str]:
        """The next messages, as they go over the wire: at least one. Waits for news."""
        await self._news.wait()
        together = [self._queue.popleft() for _ in range(min(len(self._queue), MOST_TOGETHER))]
        messages = [_message(together)] if together else []
        if self._untold and not self._queue:
            messages.append(self._told())
        if not self._queue:
            self._news.clear()
        return messages

    def _told(self) -> str:
        count, self._untold = self._untold, 0
        return orjson.dumps({"type": "dropped", "count": count, "total": self.dropped}).decode()


def _message(groups: Sequence[str]) -> str:
    """Groups are JSON already: they are written once for all clients."""
    if len(groups) == 1:
        return f'{{"type":"group","group":{groups[0]}}}'
    return f'{{"type":"groups","groups":[{",".join(groups)}]}}'
