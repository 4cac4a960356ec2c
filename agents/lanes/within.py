"""Polite endings that must not last for ever."""

import asyncio
import logging
from collections.abc import Awaitable

log = logging.getLogger(__name__)


async def within(seconds: float, ending: Awaitable[object]) -> bool:
    """Whether it ended in time; what did not is cancelled, and left to whoever cleans up behind a crash."""
    try:
        async with asyncio.timeout(seconds):
            await ending
    except TimeoutError:
        log.warning("gave up waiting after %.0f s", seconds)
        return False
    return True
