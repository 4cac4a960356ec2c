"""Publishing a bundle, and hearing what became of it (ADR 7)."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from assay.pipeline.core.clock import Clock, rfc3339
from assay.pipeline.core.errors import ConfigError, Problem, TransientError
from assay.pipeline.core.word import Word
from assay.pipeline.policy.publication import MOST_NOTE, Candidate
from assay.pipeline.policy.publication_log import PolicyLog

from .policy_review import checked_bundle, unreadable_topics
from .policy_topic import PolicySource


class Fate(Word):
    """What became of a published bundle."""

    ACTIVE = "active"
    UNCHANGED = "unchanged"
    """It is the active one already; nothing was written."""
    REFUSED = "refused"
    SUPERSEDED = "superseded"
    """Somebody published another one before it was answered."""
    UNANSWERED = "unanswered"
    SENT = "sent"
    """Nobody waited for an answer."""


@dataclass(frozen=True, slots=True)
class Published:
    """The end of a publication."""

    bundle: str
    fate: Fate
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Publisher:
    """Publishes and waits. ``wait_s`` 0 = do not wait."""

    write: Callable[[Candidate], Awaitable[int]]
    """Writes it to the topic, and gives its offset when Kafka has it."""
    source: PolicySource
    clock: Clock
    wait_s: float

    async def __call__(self, files: dict[str, bytes], note: str, *, restart: bool) -> Published:
        """Publish the bundle of these files.

        Raises :class:`ConfigError` for files that make no bundle, with nothing written;
        :class:`DependencyUnavailableError` when Kafka does not take it.
        """
        bundle = checked_bundle(files)
        if unread := unreadable_topics(bundle):
            raise ConfigError(unread)
        log = PolicyLog()
        try:
            log.take(await self.source.open())
            if log.active is not None and log.active.bundle == bundle.bundle_id:
                return Published(bundle.bundle_id, Fate.UNCHANGED)
            now = rfc3339(self.clock.now_ns())
            candidate = Candidate(files, note[:MOST_NOTE], now, restart)
            offset = await self.write(candidate)
            if not self.wait_s:
                return Published(bundle.bundle_id, Fate.SENT)
            fate, problems = await self._answer(log, offset)
            return Published(bundle.bundle_id, fate, problems)
        finally:
            await self.source.close()

    async def _answer(self, log: PolicyLog, offset: int) -> tuple[Fate, tuple[Problem, ...]]:
        try:
            async with asyncio.timeout(self.wait_s):
                while True:
                    if log.active is not None and log.active.candidate == offset:
                        return Fate.ACTIVE, ()
                    if log.refused is not None and log.refused.candidate == offset:
                        return Fate.REFUSED, log.refused.problems
                    if log.is_past(offset):
                        return Fate.SUPERSEDED, ()
                    log.take(await self.source.more())
        except (TimeoutError, TransientError):
            return Fate.UNANSWERED, ()
