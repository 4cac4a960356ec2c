"""What a route is given once its caller was let in: nothing else leads to data."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from fastapi import Request

from assay.agents.api_keys.role import Permission, Role, Scope, permission

from .caller import Caller
from .door import presented_key
from .problems import HttpProblem, Kind
from .repository import Repository
from .world import World

_WORDS = {
    Permission.ROLE_TOO_LOW: "the role of this key may not do that",
    Permission.OTHER_SCOPE: "this key is for other parts of the API",
}


class Asked(NamedTuple):
    """A request of somebody who may make it."""

    caller: Caller
    data: Repository
    """What this caller may see, and nothing else."""
    world: World


def asking(part: Scope, least: Role = Role.VIEWER) -> Callable[[Request], Awaitable[Asked]]:
    """A dependency for routes of a part of the API that need at least a role; ``Role.TENANT`` lets tenants in as well.

    It ends the request with 401, 403 or 429 for everybody else.
    """

    async def asked(request: Request) -> Asked:
        world = world_of(request)
        address = request.client.host if request.client else ""
        caller = world.door.caller(presented_key(request.headers), address)
        require(caller, part, least)
        return Asked(caller, world.data(caller.tenant), world)

    asked.assay_part = part  # type: ignore[attr-defined]  # by which a test finds routes that let everybody in
    return asked


def require(caller: Caller, part: Scope, least: Role) -> None:
    """Raise :class:`HttpProblem` (403) unless the caller may do this."""
    found = permission(caller.role, caller.scopes, least, part)
    if found is not Permission.GRANTED:
        raise HttpProblem(Kind.NOT_ALLOWED, _WORDS[found])


def world_of(request: Request) -> World:
    """The world of the app that serves the request."""
    world = request.app.state.world
    assert isinstance(world, World)
    return world
