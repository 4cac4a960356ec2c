"""A Redis client for views: quick to give up, and with one error for everything that may pass."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import redis.asyncio
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from .view_store import ViewUnavailableError

TIMEOUT_S = 1.0


def view_client(url: str) -> "redis.asyncio.Redis":
    """Connects at the first use; each answer may take ``TIMEOUT_S``; tries nothing twice."""
    return redis.asyncio.Redis.from_url(
        url,
        socket_timeout=TIMEOUT_S,
        socket_connect_timeout=TIMEOUT_S,
        decode_responses=True,
        retry=Retry(NoBackoff(), 0),  # the pause is the projection's: it knows what it waits for
    )


@asynccontextmanager
async def as_unavailable() -> AsyncIterator[None]:
    """Down, paused, loading, read-only, out of memory, busy with a script: all of it may pass (RELIABILITY, 12-13)."""
    try:
        yield
    except (RedisError, OSError, TimeoutError) as error:
        # The text may quote a command with its arguments; the word before the first space is the server's own.
        said = str(error).partition(" ")[0]
        word = said if said.isupper() and said.isalpha() else type(error).__name__
        raise ViewUnavailableError(f"Redis does not take it ({word})") from None


def literal(text: str) -> str:
    """A pattern for SCAN that matches the text and nothing else."""
    return re.sub(r"([\[\]*?\\])", r"\\\1", text)
