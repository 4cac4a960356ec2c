"""Work that reads whole topics or writes whole documents: in a thread, and in turns with other work of its kind."""

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from .world import World

P = ParamSpec("P")
T = TypeVar("T")


async def in_turn(world: World, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What ``work`` gives, which may block. Raises ``HttpProblem`` (429) when too many wait already."""
    async with world.searches.one():
        return await asyncio.to_thread(work, *args, **kwargs)
