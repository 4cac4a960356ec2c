"""The page on loopback, with an API behind it that knows only canned documents, and does what it is told to them."""

import asyncio
import threading
from mimetypes import guess_type

from aiohttp import WSMsgType, web

from assay.agents.http.page_files import FOLDER
from assay.agents.http.shield import CONTENT_SECURITY_POLICY

from .answers import ROUTES, Handler, problem, route
from .known import Site

KEY = "assay_browser_test_key"
STARTS_WITHIN_S = 20


def app_of(site: Site) -> web.Application:
    """The routes that the page uses."""

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        path = request.path.removeprefix("/api/v1/")
        if request.path.startswith("/api/v1/"):
            body = await request.json() if request.body_exists else None
            site.asked.append((request.method, path, body))
            if site.held is not None:
                await site.held.wait()
            if site.key and request.headers.get("Authorization") != f"Bearer {site.key}":
                return problem(401, "the key is not good")
            if path in site.broken:
                fault = {
                    "key": "ASSAY_REDIS_URL",
                    "why": "Redis does not answer",
                    "remedy": "See that it runs, then try again",
                }
                return problem(site.broken[path], "views are away", [fault])
        response = await handler(request)
        if not isinstance(response, web.WebSocketResponse):
            response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
            response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    async def feed(request: web.Request) -> web.StreamResponse:
        return await _feed(site, request)

    app = web.Application(middlewares=[guard])
    app.router.add_get("/", _page)
    app.router.add_get("/assets/{name:.+}", _asset)
    app.router.add_get("/ws/issues", feed)
    for method, path, answer in ROUTES:
        app.router.add_route(method, f"/api/v1/{path}", route(site, answer))
    return app


async def _page(_: web.Request) -> web.Response:
    return _file("index.html")


async def _asset(request: web.Request) -> web.Response:
    return _file(request.match_info["name"])


def _file(name: str) -> web.Response:
    """Read here and now: a pool of threads would outlive the test."""
    path = FOLDER / name
    return web.Response(
        body=path.read_bytes(), content_type=guess_type(path.name)[0] or "application/octet-stream"
    )


async def _feed(site: Site, request: web.Request) -> web.StreamResponse:
    socket = web.WebSocketResponse(protocols=["assay"])
    await socket.prepare(request)
    site.sockets.append(socket)
    await socket.send_json({"type": "hello"})
    async for message in socket:
        if message.type is WSMsgType.ERROR:
            break
    site.sockets.remove(socket)
    return socket


class Serving:
    """A site in a thread of its own: the browser is driven from this one."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._started = threading.Event()
        self._stop: asyncio.Event | None = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="site")

    def __enter__(self) -> Site:
        self._thread.start()
        assert self._started.wait(STARTS_WITHIN_S), "the site did not start"
        return self._site

    def __exit__(self, *_: object) -> None:
        assert self._site.loop is not None
        assert self._stop is not None
        self._site.loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    async def _run(self) -> None:
        self._stop = asyncio.Event()
        runner = web.AppRunner(app_of(self._site), shutdown_timeout=1)
        await runner.setup()
        place = web.TCPSite(runner, "127.0.0.1", 0)
        await place.start()
        self._site.loop = asyncio.get_running_loop()
        self._site.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
        self._started.set()
        await self._stop.wait()
        await runner.cleanup()
