"""Over HTTP: providers that enforce their limits, endpoints that misbehave, and addresses nobody may reach (fault 30)."""

import asyncio
import json
import logging
import re
import ssl
import struct
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import ip_network
from typing import Any

import pytest
import trustme
from aiohttp import web
from pydantic import SecretStr

from assay.agents.notify.http import HttpPoster
from assay.agents.notify.senders import BodySender, PagerDutySender
from assay.pipeline.notify.address import Reach, reach_of
from assay.pipeline.notify.answer import Answer, Delivered, Failed, Reason, Refused, http_answer
from assay.pipeline.notify.slack import slack_body
from assay.pipeline.testing import FakeClock

from .conftest import LOOPBACK, serving
from .test_builders import hostile, message

BODY = b'{"canary": "4111111111111111"}'


@dataclass
class PagerDuty:
    """``/v2/enqueue`` as documented: 400 for what is wrong, 429 after 120 calls in a minute, else 202."""

    clock: FakeClock = field(default_factory=FakeClock)
    calls: deque[int] = field(default_factory=deque)
    open: dict[str, str] = field(default_factory=dict)

    async def enqueue(self, request: web.Request) -> web.Response:
        now = self.clock.now_ns() // 1_000_000_000
        while self.calls and self.calls[0] <= now - 60:
            self.calls.popleft()
        if len(self.calls) >= 120:
            return web.Response(status=429, headers={"Retry-After": str(60 - (now - self.calls[0]))})
        self.calls.append(now)
        body = await request.read()
        if problem := self.problem(body):
            return web.json_response({"status": "invalid event", "errors": [problem]}, status=400)
        document = json.loads(body)
        self.open[document["dedup_key"]] = document["event_action"]
        return web.json_response({"status": "success"}, status=202)

    def problem(self, body: bytes) -> str:
        document = json.loads(body)
        payload = document.get("payload", {})
        action, key = document.get("event_action"), document.get("dedup_key", "")
        if len(body) > 512 * 1024:
            return "too large"
        if not re.fullmatch(r"[0-9A-Za-z]{32}", document.get("routing_key", "")):
            return "routing_key"
        if action not in {"trigger", "acknowledge", "resolve"} or not 0 < len(key) <= 255:
            return "event_action or dedup_key"
        if action != "trigger":
            return ""
        if not 0 < len(payload.get("summary", "")) <= 1024 or not payload.get("source"):
            return "summary or source"
        if payload.get("severity") not in {"critical", "error", "warning", "info"}:
            return "severity"
        datetime.fromisoformat(payload["timestamp"])
        return "" if isinstance(payload["custom_details"], dict) else "custom_details"


async def test_pagerduty_accepts_every_message_that_is_built() -> None:
    """S0-83."""
    pagerduty = PagerDuty()
    async with serving(pagerduty.enqueue) as url, HttpPoster(LOOPBACK) as poster:
        sender = PagerDutySender(poster, url, SecretStr("a" * 32))
        answers = [await sender.send(one) for one in hostile()]
    assert answers == [Delivered(status=202)] * len(answers)


async def test_pagerduty_over_its_limit_says_when_to_come_back() -> None:
    pagerduty = PagerDuty()
    async with serving(pagerduty.enqueue) as url, HttpPoster(LOOPBACK) as poster:
        sender = PagerDutySender(poster, url, SecretStr("a" * 32))
        for _ in range(120):
            assert isinstance(await sender.send(message()), Delivered)
        assert await sender.send(message()) == Failed(Reason.RATE_LIMITED, 429, 60.0)
        pagerduty.clock.advance(60)
        assert isinstance(await sender.send(message()), Delivered)


async def test_a_wrong_routing_key_is_not_tried_again() -> None:
    async with serving(PagerDuty().enqueue) as url, HttpPoster(LOOPBACK) as poster:
        sender = PagerDutySender(poster, url, SecretStr("short"))
        assert await sender.send(message()) == Refused(Reason.REFUSED, 400)


async def test_slack_gets_json_at_the_url_that_is_the_secret() -> None:
    got: list[tuple[str, str, Any]] = []

    async def slack(request: web.Request) -> web.Response:
        got.append((request.path, request.content_type, await request.json()))
        return web.Response(text="ok")

    async with serving(slack) as url, HttpPoster(LOOPBACK) as poster:
        sender = BodySender(poster, SecretStr(f"{url}services/T0/B0/x"), slack_body)
        assert await sender.send(message()) == Delivered(status=200)
    ((path, content_type, document),) = got
    assert (path, content_type) == ("/services/T0/B0/x", "application/json")
    assert document["text"]


@pytest.mark.parametrize(
    ("status", "header", "answer"),
    [
        (200, None, Delivered(status=200)),
        (204, None, Delivered(status=204)),
        (400, None, Refused(Reason.REFUSED, 400)),
        (404, "5", Refused(Reason.REFUSED, 404)),
        (410, None, Refused(Reason.REFUSED, 410)),
        (408, None, Failed(Reason.SERVER_ERROR, 408)),
        (429, None, Failed(Reason.RATE_LIMITED, 429)),
        (429, "30", Failed(Reason.RATE_LIMITED, 429, 30.0)),
        (429, "999999999", Failed(Reason.RATE_LIMITED, 429, 3600.0)),
        (429, "soon", Failed(Reason.RATE_LIMITED, 429)),
        (429, "-5", Failed(Reason.RATE_LIMITED, 429)),
        (503, "Thu, 01 Jan 1970 00:02:00 GMT", Failed(Reason.SERVER_ERROR, 503, 20.0)),
        (503, "Thu, 01 Jan 1970 00:00:00 GMT", Failed(Reason.SERVER_ERROR, 503, 0.0)),
        (500, None, Failed(Reason.SERVER_ERROR, 500)),
        (301, None, Refused(Reason.REDIRECTED, 301)),
    ],
)
def test_what_a_status_means(status: int, header: str | None, answer: Answer) -> None:
    assert http_answer(status, header, now_s=100.0) == answer


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(status: int) -> None:
    """It could lead to an address that was never looked at."""
    paths: list[str] = []

    async def elsewhere(request: web.Request) -> web.Response:
        paths.append(request.path)
        return web.Response(status=status, headers={"Location": "/internal"})

    async with serving(elsewhere) as url, HttpPoster(LOOPBACK) as poster:
        assert await poster.post(url, BODY, {}) == Refused(Reason.REDIRECTED, status)
    assert paths == ["/"]


async def test_a_server_error_is_tried_later() -> None:
    async def broken(_request: web.Request) -> web.Response:
        return web.Response(status=500)

    async with serving(broken) as url, HttpPoster(LOOPBACK) as poster:
        assert await poster.post(url, BODY, {}) == Failed(Reason.SERVER_ERROR, 500)


@asynccontextmanager
async def raw_server(react: Any) -> AsyncIterator[str]:
    """A server below HTTP."""
    server = await asyncio.start_server(react, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    finally:
        server.close()


async def test_an_endpoint_that_never_answers_is_given_up() -> None:
    waiting = asyncio.Event()

    async def silent(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await waiting.wait()
        writer.close()

    async with raw_server(silent) as url, HttpPoster(LOOPBACK, timeout_s=0.05) as poster:
        assert await poster.post(url, BODY, {}) == Failed(Reason.TIMED_OUT)
        waiting.set()


async def test_an_endpoint_that_answers_a_byte_at_a_time_is_given_up_too() -> None:
    stop, ended = asyncio.Event(), asyncio.Event()

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for byte in b"HTTP/1.1 200 OK\r\nX: " + b"x" * 10_000:
            writer.write(bytes([byte]))
            if stop.is_set():
                break
            await asyncio.sleep(0.01)
        writer.close()
        ended.set()

    async with raw_server(slow) as url, HttpPoster(LOOPBACK, timeout_s=0.1) as poster:
        assert await poster.post(url, BODY, {}) == Failed(Reason.TIMED_OUT)
        stop.set()
        await ended.wait()


async def test_a_connection_that_is_reset_is_tried_later() -> None:
    async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        linger = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(1, 13, linger)  # SO_LINGER 0: close sends RST
        writer.close()

    async with raw_server(reset) as url, HttpPoster(LOOPBACK) as poster:
        assert await poster.post(url, BODY, {}) == Failed(Reason.UNREACHABLE)


async def test_an_endpoint_that_is_down_is_tried_later() -> None:
    async with raw_server(lambda _r, writer: writer.close()) as url:
        pass
    async with HttpPoster(LOOPBACK) as poster:
        assert await poster.post(url, BODY, {}) == Failed(Reason.UNREACHABLE)


async def test_an_answer_that_is_no_http_is_tried_later() -> None:
    async def nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"220 mail.example.com ESMTP\r\n")
        await writer.drain()
        writer.close()

    async with raw_server(nonsense) as url, HttpPoster(LOOPBACK) as poster:
        assert isinstance(await poster.post(url, BODY, {}), Failed)


async def test_an_answer_of_a_gigabyte_is_not_read() -> None:
    stopped = asyncio.Event()

    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(b"x" * 65_536)
        except (ConnectionError, asyncio.CancelledError):
            stopped.set()
            raise

    async with serving(endless) as url, HttpPoster(LOOPBACK, timeout_s=5) as poster:
        assert await poster.post(url, BODY, {}) == Delivered(status=200)
        await asyncio.wait_for(stopped.wait(), 5)


async def test_tls_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """An authority that nobody trusts, and a certificate for another name."""
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    other = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("elsewhere.example").configure_cert(other)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)

    async def ok(_request: web.Request) -> web.Response:
        return web.Response()

    async with serving(ok, ssl_context=context) as url:
        async with HttpPoster(LOOPBACK, tls=trusting) as poster:
            assert await poster.post(url, BODY, {}) == Delivered(status=200)
        async with HttpPoster(LOOPBACK) as poster:
            assert await poster.post(url, BODY, {}) == Failed(Reason.TLS_FAILED)
    async with serving(ok, ssl_context=other) as url, HttpPoster(LOOPBACK, tls=trusting) as poster:
        assert await poster.post(url, BODY, {}) == Failed(Reason.TLS_FAILED)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "0", "0.0.0.0", "[::1]", "[::]",
        "[::ffff:127.0.0.1]", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "[fe80::1]", "[fc00::1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "224.0.0.1", "255.255.255.255",
    ],
)  # fmt: skip
async def test_an_address_that_is_not_public_is_refused_in_every_way_to_write_it(host: str) -> None:
    """RELIABILITY, webhook: no request leaves for this machine, the network around it, or a cloud's credentials."""
    async with HttpPoster() as poster:
        assert await poster.post(f"http://{host}:9/", BODY, {}) == Refused(Reason.ADDRESS_FORBIDDEN)


def test_a_channel_may_name_networks_that_it_may_reach() -> None:
    inside = [ip_network("10.1.0.0/16")]
    assert reach_of("10.1.2.3", inside) is Reach.ALLOWED
    assert reach_of("10.2.2.3", inside) is Reach.FORBIDDEN
    assert reach_of("93.184.216.34", ()) is Reach.ALLOWED
    assert reach_of("2606:2800:220:1:248:1893:25c8:1946", ()) is Reach.ALLOWED
    assert reach_of("nonsense", ()) is Reach.FORBIDDEN


async def test_a_name_with_one_forbidden_address_is_forbidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """And so is one that changes its mind between the look and the connection (DNS rebinding)."""
    lookups = iter([["93.184.216.34"], ["127.0.0.1"], ["93.184.216.34", "10.0.0.1"]])

    async def lookup(_host: str, port: int, **_more: Any) -> list[Any]:
        return [(2, 1, 6, "", (address, port)) for address in next(lookups)]

    async with HttpPoster() as poster:
        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", lookup, raising=False)
        for _ in range(2):
            answer = await poster.post("http://rebind.example/", BODY, {})
            assert answer == Refused(Reason.ADDRESS_FORBIDDEN)


async def test_a_name_that_nobody_knows_is_tried_later(monkeypatch: pytest.MonkeyPatch) -> None:
    async def unknown(_host: str, _port: int, **_more: Any) -> list[Any]:
        raise OSError(-2, "Name or service not known")

    async with HttpPoster() as poster:
        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", unknown, raising=False)
        assert await poster.post("https://nowhere.example/", BODY, {}) == Failed(Reason.NAME_UNKNOWN)


async def test_neither_body_nor_url_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """The URL is the secret of Slack and Teams."""
    caplog.set_level(logging.DEBUG)
    async with HttpPoster(timeout_s=0.5) as poster, HttpPoster(LOOPBACK, timeout_s=0.5) as local:
        await poster.post("https://127.0.0.1:9/services/T0/geheim", BODY, {})
        await local.post("https://127.0.0.1:9/services/T0/geheim", BODY, {})
    assert "geheim" not in caplog.text
    assert "4111" not in caplog.text
