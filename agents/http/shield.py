"""What surrounds every request, before any route: sizes, other sites, headers, and how long it took.

Plain ASGI, so that it costs little and covers WebSockets as well.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .problems import HttpProblem, Kind, problem_response, route_of

MOST_BODY = 262_144
MOST_BODY_AT: Mapping[str, int] = {"/api/v1/gate/validate": 10 * 1_048_576}
"""Where more is taken than elsewhere."""
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
)
NO_STORE = (b"cache-control", b"no-store")

Answered = Callable[[str, str, int, float], None]
"""Told of method, route, status and seconds of each answer."""


class Shield:
    """Wraps the whole app."""

    def __init__(self, app: ASGIApp, *, answered: Answered, loopback_only: bool) -> None:
        """``loopback_only``: the API is open, so only names of this machine may be used for it: a page elsewhere on the
        Web cannot pass its own name for this one (DNS rebinding).
        """
        self._app = app
        self._answered = answered
        self._loopback_only = loopback_only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        problem = self._refusal(scope)
        if scope["type"] == "websocket":
            if problem is None:
                await self._app(scope, receive, send)
            else:
                await receive()
                await send({"type": "websocket.close", "code": 1008})
            return
        began, status = time.perf_counter(), 500

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), *_headers(scope["path"])]
            await send(message)

        try:
            if problem is not None:
                await problem_response(problem)(scope, receive, send_with_headers)
            else:
                limited = _limited(receive, _most_body(scope["path"]))
                await self._app(scope, limited, send_with_headers)
        finally:
            self._answered(_method(scope), route_of(scope), status, time.perf_counter() - began)

    def _refusal(self, scope: Scope) -> HttpProblem | None:
        headers = {name: value.decode("latin-1") for name, value in scope["headers"] if name in _LOOKED_AT}
        host = headers.get(b"host", "")
        if self._loopback_only and not is_loopback(_name_of(host)):
            return HttpProblem(Kind.OTHER_SITE, "this API is open on this machine only, under its own names")
        origin = headers.get(b"origin")
        if origin is not None and urlsplit(origin).netloc.lower() != host.lower():
            return HttpProblem(Kind.OTHER_SITE, "pages of other sites may not use this API")
        length = headers.get(b"content-length", "0")
        most = _most_body(scope["path"])
        if not length.isdigit() or int(length) > most:
            return _too_large(most)
        return None


_LOOKED_AT = frozenset({b"host", b"origin", b"content-length"})
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def is_loopback(host: str) -> bool:
    """Whether a name can be no other machine's."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _name_of(host: str) -> str:
    """A ``Host`` header without its port."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


def _method(scope: Scope) -> str:
    """Whatever else somebody sends is one word: it is a label."""
    method = str(scope["method"])
    return method if method in _METHODS else "other"


def _headers(path: str) -> Iterable[tuple[bytes, bytes]]:
    return (*HEADERS, NO_STORE) if path.startswith("/api/") else HEADERS


def _most_body(path: str) -> int:
    return MOST_BODY_AT.get(path, MOST_BODY)


def _too_large(most: int) -> HttpProblem:
    return HttpProblem(Kind.TOO_LARGE, f"a request may have {most} bytes here")


def _limited(receive: Receive, most: int) -> Receive:
    """Also for bodies that do not say how long they are. Raises ``HTTPException``, which FastAPI lets through."""
    left = most

    async def limited() -> Message:
        nonlocal left
        message: dict[str, Any] = dict(await receive())
        left -= len(message.get("body", b""))
        if left < 0:
            raise HTTPException(413, _too_large(most).detail)
        return message

    return limited
