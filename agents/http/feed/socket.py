"""The WebSocket route: who may listen, and sending to them (S3-51 … S3-65; the messages are in docs/live-feed.md)."""

import asyncio
from contextlib import suppress
from typing import TypeVar

import orjson
from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from assay.agents.api_keys.role import Role, Scope
from assay.pipeline.core.issue import Category, Severity
from assay.pipeline.core.word import Word

from ..access import require
from ..caller import Caller
from ..door import presented_key
from ..problems import HttpProblem, Kind, invalid, problem_response
from ..world import World
from .client import FeedClient
from .hub import Admission
from .update import Wanted

router = APIRouter(tags=["issues"])

PROTOCOL = "assay"
MOST_FIRST = 4096
"""Characters of a first message."""
ASKED_EVERY_S = 30.0
"""How often it is asked whether a listener's key is still good."""
CLOSES = {Kind.KEY_REQUIRED: 4401, Kind.NOT_ALLOWED: 4403, Kind.TOO_MANY: 4429, Kind.UNAVAILABLE: 1013}
"""What a connection is closed with, by the problem."""
W = TypeVar("W", bound=Word)


@router.websocket("/ws/issues")
async def issues(websocket: WebSocket) -> None:
    """Tell of every change of an issue group until one of both sides ends it."""
    world = websocket.app.state.world
    assert isinstance(world, World)
    accepted = False
    client: FeedClient | None = None
    offered = websocket.scope.get("subprotocols") or []
    key = presented_key(websocket.headers) or next((each for each in offered if each != PROTOCOL), "")
    try:
        filters = _wanted(websocket)
        if not key and not world.door.is_open:
            accepted = await _accept(websocket)
            key = await _first_message(websocket, world.feed.timeout_s)
        caller = _caller(world, websocket, key)
        client = _admitted(world, filters, caller)
        if not accepted:
            accepted = await _accept(websocket)
        await _serve(websocket, world, key, client)
    except HttpProblem as problem:
        await _end(websocket, problem, accepted=accepted)
    except (WebSocketDisconnect, TimeoutError):
        return  # it is gone, or takes nothing: the server lets go of it
    finally:
        if client is not None:
            world.feed.leave(client)


async def _accept(websocket: WebSocket) -> bool:
    offered = websocket.scope.get("subprotocols") or []
    await websocket.accept(PROTOCOL if PROTOCOL in offered else None)
    return True


async def _first_message(websocket: WebSocket, timeout_s: float) -> str:
    """The key in a first message ``{"key": "…"}``; empty for any other. Raises ``TimeoutError``."""
    async with asyncio.timeout(timeout_s):
        text = await websocket.receive_text()
    try:
        document = orjson.loads(text[:MOST_FIRST])
    except ValueError:
        return ""
    key = document.get("key") if isinstance(document, dict) else None
    return key if isinstance(key, str) else ""


def _caller(world: World, websocket: WebSocket, key: str) -> Caller:
    """Raises :class:`HttpProblem` for whoever may not listen."""
    address = websocket.client.host if websocket.client else ""
    caller = world.door.caller(key, address)
    require(caller, Scope.ISSUES, Role.TENANT)
    return caller


def _admitted(world: World, filters: Wanted, caller: Caller) -> FeedClient:
    wanted = Wanted(filters.severities, filters.categories, filters.tenant, caller.tenant)
    match world.feed.admit(wanted):
        case FeedClient() as client:
            return client
        case Admission():
            raise HttpProblem(Kind.UNAVAILABLE, "as many listen as there may", headers={"Retry-After": "30"})


async def _serve(websocket: WebSocket, world: World, key: str, client: FeedClient) -> None:
    """Send until the client is gone (``WebSocketDisconnect``), too slow (``TimeoutError``), or its key is no good any more."""
    hello = {"type": "hello", "at": world.now(), "live": world.feed.is_live}
    async with asyncio.timeout(world.feed.timeout_s):
        await websocket.send_text(orjson.dumps(hello).decode())
    tasks = [
        asyncio.create_task(work, name="issue feed client")
        for work in (
            _until_gone(websocket),
            _send_all(websocket, client, world.feed.timeout_s),
            _while_good(websocket, world, key),
        )
    ]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _until_gone(websocket: WebSocket) -> None:
    """What a client says is read, and of no interest."""
    while (await websocket.receive())["type"] != "websocket.disconnect":
        pass


async def _send_all(websocket: WebSocket, client: FeedClient, timeout_s: float) -> None:
    while True:
        for message in await client.take():
            async with asyncio.timeout(timeout_s):
                await websocket.send_text(message)
        await asyncio.sleep(0)  # sending does not wait while there is room: others get their turn


async def _while_good(websocket: WebSocket, world: World, key: str) -> None:
    """Raises :class:`HttpProblem` once the key has expired or was revoked."""
    while True:
        await asyncio.sleep(ASKED_EVERY_S)
        _caller(world, websocket, key)


async def _end(websocket: WebSocket, problem: HttpProblem, *, accepted: bool) -> None:
    with suppress(RuntimeError, WebSocketDisconnect):  # it may be gone already
        if accepted:
            await websocket.close(CLOSES.get(problem.kind, 1008), problem.kind.value)
        else:
            await websocket.send_denial_response(problem_response(problem))


def _wanted(websocket: WebSocket) -> Wanted:
    """The filters of the query; may be repeated. Raises :class:`HttpProblem` for words that are none."""
    query = websocket.query_params
    return Wanted(
        _words(Severity, "severity", query.getlist("severity")),
        _words(Category, "category", query.getlist("category")),
        query.get("tenant", ""),
    )


def _words(kind: type[W], name: str, words: list[str]) -> frozenset[W]:
    try:
        return frozenset(kind(word) for word in words)
    except ValueError:
        known = ", ".join(each.value for each in kind)
        raise invalid(name, "is no such word", f"Use {known}") from None
