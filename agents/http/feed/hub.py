"""The feed: who listens, and giving them what changes."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

from assay.agents.settings import Settings
from assay.pipeline.core.clock import NANOS_PER_SECOND, Clock
from assay.pipeline.core.errors import ConfigError, TransientError
from assay.pipeline.core.word import Word

from .client import FeedClient, Offered
from .source import GroupSource
from .telemetry import FeedTelemetry
from .update import Update, Wanted, update_of

log = logging.getLogger(__name__)

QUEUE = 128
"""Updates that may wait for one client."""
TOGETHER_S = 0.2
"""Of a group that changes more often only the newest state goes out."""
FIRST_PAUSE_S, MOST_PAUSE_S = 0.5, 30.0
TOLD_EVERY_S = 10.0


class Admission(Word):
    """Whether somebody may listen."""

    ADMITTED = "admitted"
    FULL = "full"
    """As many as there may be listen already (S3-60)."""
    ENDING = "ending"


class IssueFeed:
    """Reads what changes from a source, which it opens when the first client comes, and offers it to every client."""

    def __init__(
        self,
        settings: Settings,
        telemetry: FeedTelemetry,
        clock: Clock,
        source: Callable[[], GroupSource],
        *,
        capacity: int = QUEUE,
    ) -> None:
        self._most = settings.max_websocket_connections
        self._threshold = settings.backpressure_threshold
        self.timeout_s = settings.websocket_timeout_ms / 1000
        """A client that takes no message for so long is let go (S3-62)."""
        self._telemetry = telemetry
        self._clock = clock
        self._source = source
        self._capacity = capacity
        self._clients: set[FeedClient] = set()
        self._running: asyncio.Task[None] | None = None
        self._closed = False
        self.is_live = False
        """Whether changes arrive now: not while Kafka is away."""
        self._told_at = 0.0
        self._told: tuple[int, int] = (0, 0)
        self._dropped = 0

    @property
    def connections(self) -> int:
        """Clients now."""
        return len(self._clients)

    def admit(self, wanted: Wanted) -> FeedClient | Admission:
        """A queue for one more client; give it back with :meth:`leave`. The reason when there is no place."""
        if self._closed:
            return Admission.ENDING
        if len(self._clients) >= self._most:
            return Admission.FULL
        client = FeedClient(wanted, self._capacity, self._threshold)
        self._clients.add(client)
        self._telemetry.active.set(len(self._clients))
        if self._running is None:
            self._running = asyncio.create_task(self._run(), name="issue feed")
        return client

    def leave(self, client: FeedClient) -> None:
        """The client is gone."""
        self._clients.discard(client)
        self._telemetry.active.set(len(self._clients))

    def publish(self, updates: Iterable[Update]) -> None:
        """Offer these to every client. Never waits: whoever is slow loses, and is told so."""
        for update in updates:
            dropped = sum(client.offer(update) is Offered.DROPPED for client in self._clients)
            if dropped:
                self._dropped += dropped
                self._telemetry.drops.inc(dropped)

    async def close(self) -> None:
        """Stop reading, and let nobody in any more."""
        self._closed = True
        running, self._running = self._running, None
        if running is not None:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running

    async def _run(self) -> None:
        pause_s = FIRST_PAUSE_S
        source = self._source()
        try:
            while True:
                try:
                    await source.open()
                    self.is_live, pause_s = True, FIRST_PAUSE_S
                    await self._follow(source)
                except (TransientError, ConfigError) as error:
                    self.is_live = False
                    log.warning("the feed of issue groups waits for Kafka (%s)", type(error).__name__)
                    await source.close()
                    await asyncio.sleep(pause_s)
                    pause_s = min(2 * pause_s, MOST_PAUSE_S)
        finally:
            self.is_live = False
            await source.close()

    async def _follow(self, source: GroupSource) -> None:
        while True:
            began = time.monotonic()
            found = await source.more()
            now_s = self._clock.now_ns() // NANOS_PER_SECOND
            self.publish(filter(None, (update_of(state, now_s) for state in found.values())))
            self._tell(time.monotonic())
            if found:
                await asyncio.sleep(max(0.0, began + TOGETHER_S - time.monotonic()))

    def _tell(self, now: float) -> None:
        """Into the log, now and then, when there is something new: what the runbook looks for (S3-56, S3-57)."""
        standing = (len(self._clients), self._dropped)
        if standing == self._told or now < self._told_at + TOLD_EVERY_S:
            return
        if standing[1] > self._told[1]:
            behind = sum(bool(client.waiting) for client in self._clients)
            log.warning(
                "websocket backpressure: %d updates dropped since the last time; updates wait for %d clients",
                standing[1] - self._told[1],
                behind,
            )
        log.info("websocket: %d active connections of at most %d", standing[0], self._most)
        self._told, self._told_at = standing, now
