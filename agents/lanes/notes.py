"""Notes of which batch is open, kept in Redis, so that a death can be pinned on the records it met (rule 10)."""

import asyncio
import json
import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

import redis.asyncio
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

TIMEOUT_S = 0.5
PAUSE_S = 5.0
"""How often to ask whether Redis is back, while there are no notes."""


@dataclass(frozen=True, slots=True)
class OpenNote:
    """A batch that was begun: per partition where it starts and ends, and how often it ended in a death."""

    ranges: Mapping[int, tuple[int, int]]
    deaths: int


class CrashNotes(Protocol):
    """Remembers open batches across deaths of the process. Best effort: nothing depends on it but speed of recovery."""

    async def read(self, slot: str) -> OpenNote | None:
        """The batch that was open when the slot was last worked on, if any."""
        ...

    async def write(self, slot: str, note: OpenNote) -> None:
        """Say that a batch is open. Replaces the slot's older note: its batch is committed."""
        ...

    async def clear(self, slot: str) -> None:
        """No batch is open."""
        ...

    async def close(self) -> None:
        """Disconnect."""
        ...


class NoNotes:
    """Remembers nothing."""

    async def read(self, slot: str) -> OpenNote | None:  # noqa: ARG002 - the protocol's signature
        """Nothing."""
        return None

    async def write(self, slot: str, note: OpenNote) -> None:
        """Nothing."""

    async def clear(self, slot: str) -> None:
        """Nothing."""

    async def close(self) -> None:
        """Nothing."""


class RedisNotes:
    """Notes in a Redis hash, one field per slot.

    When Redis fails, work goes on without notes. Whether it is back is asked beside the work: a Redis that hangs
    holds up one batch of each slot, once.
    """

    def __init__(self, url: str, key: str) -> None:
        self._redis = redis.asyncio.Redis.from_url(
            url,
            socket_timeout=TIMEOUT_S,
            socket_connect_timeout=TIMEOUT_S,
            decode_responses=True,
            retry=Retry(
                NoBackoff(), 0
            ),  # the pause is ours: a client that tries again would hold up the batch
        )
        self._key = key
        self._returning: asyncio.Task[None] | None = None
        """Waits for Redis while there are no notes."""

    async def read(self, slot: str) -> OpenNote | None:
        """See :class:`CrashNotes`."""
        try:
            text = await self._attempt("HGET", self._key, slot)
            if not isinstance(text, str):
                return None
            document = json.loads(text)
            ranges = {
                int(partition): (int(first), int(last))
                for partition, (first, last) in document["ranges"].items()
            }
            return OpenNote(ranges, int(document["deaths"]))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            # Not ours, or cut off: a slot that refused to open for it would stop traces for a hint.
            log.warning("the crash note of slot %s is damaged: ignored (%s)", slot, type(error).__name__)
            return None

    async def write(self, slot: str, note: OpenNote) -> None:
        """See :class:`CrashNotes`."""
        text = json.dumps({"ranges": note.ranges, "deaths": note.deaths})
        await self._attempt("HSET", self._key, slot, text)

    async def clear(self, slot: str) -> None:
        """See :class:`CrashNotes`."""
        await self._attempt("HDEL", self._key, slot)

    async def close(self) -> None:
        """See :class:`CrashNotes`."""
        if self._returning is not None:
            self._returning.cancel()
            await asyncio.gather(self._returning, return_exceptions=True)
        await self._redis.aclose()

    async def _attempt(self, *command: str) -> object:
        if self._returning is not None:
            return None
        try:
            return await self._redis.execute_command(*command)  # type: ignore[no-untyped-call]  # redis leaves it untyped
        except (RedisError, OSError, TimeoutError) as error:
            if self._returning is None:  # the first of several that failed together
                log.warning("crash notes are off: Redis failed (%s)", type(error).__name__)
                self._returning = asyncio.create_task(self._return(), name=f"notes of {self._key}")
            return None

    async def _return(self) -> None:
        """Until Redis answers again. One that answers and takes nothing fails at once at the next note, and holds up nobody."""
        back = False
        while not back:
            await asyncio.sleep(PAUSE_S)
            with suppress(RedisError, OSError, TimeoutError):
                await self._redis.ping()
                back = True
        self._returning = None
