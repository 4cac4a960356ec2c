"""``/ws/issues`` on a real server on loopback: who is let in, and a thousand clients of which a hundred stall."""

import asyncio
import base64
import gc
import re
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import orjson
import psutil
import pytest
import uvicorn
from prometheus_client import CollectorRegistry
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from assay.agents.api_keys.role import Role, Scope
from assay.agents.http.feed import IssueFeed, Update, protocol
from assay.agents.http.feed import socket as route
from assay.agents.http.feed.protocol import EndingWebSockets
from assay.agents.http.feed.telemetry import FeedTelemetry
from assay.agents.settings import Settings
from assay.pipeline.core.issue import Category, Severity
from assay.pipeline.testing import FakeClock

from .conftest import Keys, Served

CLIENTS, STALLED = 1000, 100
UPDATES = 30
UPDATE_BYTES = 8000
SMALL_BUFFER = 8192
"""Of the kernel, for a connection: otherwise it takes megabytes before anybody notices that a client stalls."""


class Silence:
    """A source that says nothing: tests publish themselves."""

    async def open(self) -> None:
        """Nothing to open."""

    async def more(self) -> Mapping[bytes, bytes | None]:
        await asyncio.Event().wait()
        return {}

    async def close(self) -> None:
        """Nothing to close."""


class Site:
    """A server that runs."""

    def __init__(
        self, port: int, feed: IssueFeed, registry: CollectorRegistry, server: uvicorn.Server
    ) -> None:
        self.port = port
        self.server = server
        self.feed = feed
        self.registry = registry

    def metric(self, name: str) -> float:
        return self.registry.get_sample_value(name) or 0.0

    @asynccontextmanager
    async def listener(
        self, query: str = "", *, key: str = "", header: str = ""
    ) -> AsyncIterator[ClientConnection]:
        protocols = [Subprotocol("assay"), *([Subprotocol(key)] if key else [])]
        async with connect(
            f"ws://127.0.0.1:{self.port}/ws/issues{query}",
            subprotocols=protocols,
            additional_headers={"Authorization": f"Bearer {header}"} if header else None,
            proxy=None,
        ) as client:
            yield client


@asynccontextmanager
async def site(
    served: Served, settings: Settings, clock: FakeClock, capacity: int = 8
) -> AsyncIterator[Site]:
    registry = CollectorRegistry()
    world = served.app.state.world
    world.feed = feed = IssueFeed(settings, FeedTelemetry(registry), clock, Silence, capacity=capacity)
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SMALL_BUFFER)
    listening.bind(("127.0.0.1", 0))
    config = uvicorn.Config(
        served.app,
        ws=EndingWebSockets,
        ws_per_message_deflate=False,
        lifespan="off",  # the fixture has begun it
        log_config=None,
        backlog=CLIENTS,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve([listening]))
    while not server.started:
        await asyncio.sleep(0)
    try:
        yield Site(listening.getsockname()[1], feed, registry, server)
    finally:
        server.should_exit = True
        await running
        await feed.close()


@pytest.fixture
async def open_site(open_api: Served, settings: Settings, clock: FakeClock) -> AsyncIterator[Site]:
    async with site(open_api, settings, clock) as found:
        yield found


@pytest.fixture
async def closed_site(api: Served, settings: Settings, clock: FakeClock) -> AsyncIterator[Site]:
    async with site(api, settings, clock) as found:
        yield found


def update(
    number: int, *, tenant: str = "acme", severity: Severity = Severity.CRITICAL, size: int = 0
) -> Update:
    text = orjson.dumps({"fingerprint": f"{number:016x}", "path": "x" * size}).decode()
    return Update(severity, Category.SCHEMA, frozenset({tenant}), text, text)


async def heard(client: ClientConnection) -> dict[str, Any]:
    async with asyncio.timeout(20):
        message: dict[str, Any] = orjson.loads(await client.recv())
    return message


async def test_a_change_is_told_as_it_happens(open_site: Site) -> None:
    async with open_site.listener() as client:
        assert client.subprotocol == "assay"
        assert (await heard(client))["type"] == "hello"
        open_site.feed.publish([update(7)])
        assert await heard(client) == {"type": "group", "group": {"fingerprint": f"{7:016x}", "path": ""}}
        assert open_site.metric("websocket_connections_active") == 1
    while open_site.feed.connections:
        await asyncio.sleep(0)


async def test_filters_are_in_the_address(open_site: Site) -> None:
    async with open_site.listener("?severity=high&tenant=other") as client:
        await heard(client)
        open_site.feed.publish(
            [
                update(1, severity=Severity.HIGH),
                update(2, tenant="other"),
                update(3, tenant="other", severity=Severity.HIGH),
            ]
        )
        assert (await heard(client))["group"]["fingerprint"] == f"{3:016x}"


async def test_a_word_that_is_none_is_refused(open_site: Site) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with open_site.listener("?severity=terrible"):
            pass
    assert refused.value.response.status_code == 422
    assert b"terrible" not in (refused.value.response.body or b"")


@pytest.mark.parametrize("way", ["protocol", "header", "message"])
async def test_a_key_is_shown_in_one_of_three_ways(closed_site: Site, key: Keys, way: str) -> None:
    good = key(Role.VIEWER)
    shown = {"protocol": {"key": good}, "header": {"header": good}, "message": {}}[way]
    async with closed_site.listener(**shown) as client:
        if way == "message":
            await client.send(orjson.dumps({"key": good}).decode())
        assert (await heard(client))["type"] == "hello"


async def test_whoever_has_no_good_key_hears_nothing(closed_site: Site) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with closed_site.listener(key="assay_wrong"):
            pass
    assert refused.value.response.status_code == 401
    async with closed_site.listener() as client:
        await client.send('{"key": "assay_wrong"}')
        with pytest.raises(ConnectionClosed) as closed:
            await heard(client)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401
    assert closed_site.feed.connections == 0


async def test_a_key_for_other_parts_hears_nothing(closed_site: Site, key: Keys) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with closed_site.listener(key=key(Role.VIEWER, Scope.TASKS)):
            pass
    assert refused.value.response.status_code == 403


async def test_a_tenant_hears_of_its_own_only(closed_site: Site, key: Keys) -> None:
    """DESIGN 9."""
    async with closed_site.listener(key=key(Role.TENANT, tenant="acme")) as client:
        await heard(client)
        closed_site.feed.publish([update(1, tenant="other"), update(2)])
        assert (await heard(client))["group"]["fingerprint"] == f"{2:016x}"


async def test_a_key_that_expires_ends_the_feed(
    closed_site: Site, key: Keys, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(route, "ASKED_EVERY_S", 0.01)
    async with closed_site.listener(key=key(Role.VIEWER, days=1)) as client:
        await heard(client)
        clock.advance(2 * 86_400)
        with pytest.raises(ConnectionClosed) as closed:
            await heard(client)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401


async def test_one_client_too_many_is_told_to_come_later(
    open_api: Served, settings: Settings, clock: FakeClock
) -> None:
    """S3-54, S3-60."""
    few = settings.model_copy(update={"max_websocket_connections": 1})
    async with site(open_api, few, clock) as found, found.listener() as client:
        await heard(client)
        with pytest.raises(InvalidStatus) as refused:
            async with found.listener():
                pass
        assert refused.value.response.status_code == 503
        assert refused.value.response.headers["Retry-After"]


class Raw(asyncio.Protocol):
    """A client without a library: a thousand of them cost little. One that stalls reads the greeting and then nothing."""

    def __init__(self, port: int, *, stalls: bool) -> None:
        self._port = port
        self._stalls = stalls
        self._left = b""
        self.greeted = asyncio.get_running_loop().create_future()
        self.done = asyncio.get_running_loop().create_future()
        self.numbers: set[int] = set()
        self.ended = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        nonce = base64.b64encode(b"0123456789abcdef").decode()
        transport.write(
            f"GET /ws/issues HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {nonce}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        if not self.greeted.done():
            self._left += data
            if b'"hello"' in self._left:
                self.greeted.set_result(None)
                self._left = b""
                if self._stalls:
                    self.transport.pause_reading()
            return
        text = self._left + data
        self.numbers.update(int(each, 16) for each in re.findall(rb'"fingerprint":"([0-9a-f]{16})"', text))
        self._left = text[-40:]
        if len(self.numbers) == UPDATES and not self.done.done():
            self.done.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:
        self.ended = True


async def joined(port: int, *, stalls: bool) -> Raw:
    loop = asyncio.get_running_loop()
    plain = socket.socket()
    if stalls:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
    plain.settimeout(0)
    await loop.sock_connect(plain, ("127.0.0.1", port))
    _, protocol = await loop.create_connection(lambda: Raw(port, stalls=stalls), sock=plain)
    await protocol.greeted
    return protocol


@asynccontextmanager
async def crowd(port: int, healthy: int, stalled: int) -> AsyncIterator[tuple[list[Raw], list[Raw]]]:
    """Clients that read, and clients that do not."""
    clients: list[Raw] = []
    try:
        for number in range(healthy + stalled):
            clients.append(await joined(port, stalls=number >= healthy))  # noqa: PERF401 - what came is ended, whatever fails
        yield clients[:healthy], clients[healthy:]
    finally:
        for client in clients:
            client.transport.abort()
        while not all(client.ended for client in clients):
            await asyncio.sleep(0)


async def test_a_hundred_stalled_clients_of_a_thousand_cost_the_others_nothing(
    open_api: Served, settings: Settings, clock: FakeClock
) -> None:
    """S3-51 … S3-53: the others get every update, memory is bounded, what was dropped is counted."""
    patient = settings.model_copy(update={"websocket_timeout_ms": 600_000})
    async with site(open_api, patient, clock) as found:
        async with crowd(found.port, CLIENTS - STALLED, STALLED) as (healthy, _):
            assert found.metric("websocket_connections_active") == CLIENTS
            gc.collect()
            process = psutil.Process()
            before = process.memory_info().rss
            for number in range(UPDATES):
                found.feed.publish([update(number, size=UPDATE_BYTES)])
                # As fast as whoever keeps up takes it, and no faster: the stalled ones are not waited for.
                while any(number not in client.numbers for client in healthy):
                    await asyncio.sleep(0.001)
            grown = process.memory_info().rss - before
            assert all(client.numbers == set(range(UPDATES)) for client in healthy)
            assert 0 < found.metric("websocket_backpressure_drops") < STALLED * UPDATES
            # Each stalled client: its queue, and what the server's connection holds above its high-water mark.
            assert grown < STALLED * (8 * UPDATE_BYTES + 4 * 65_536) + 32 * 2**20
        while found.feed.connections:
            await asyncio.sleep(0.001)


async def test_a_client_that_takes_nothing_is_let_go(
    open_api: Served, settings: Settings, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S3-62. Its connection ends, though it never takes what was sent."""
    monkeypatch.setattr(protocol, "LAST_S", 0.1)
    quick = settings.model_copy(update={"websocket_timeout_ms": 1000})
    async with site(open_api, quick, clock) as found, crowd(found.port, 1, 1) as ((healthy,), (stalled,)):
        for number in range(UPDATES):
            found.feed.publish([update(number, size=UPDATE_BYTES)])
            while number not in healthy.numbers:
                await asyncio.sleep(0)
        async with asyncio.timeout(60):
            while found.feed.connections > 1:
                await asyncio.sleep(0.01)
            while len(found.server.server_state.connections) > 1:
                await asyncio.sleep(0.01)
        assert len(stalled.numbers) < UPDATES
        assert not healthy.ended
