"""A webhook's receiving end on loopback: what the notifier tells people arrives here, and its signature is checked."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import NamedTuple

MOST_BYTES = 1_048_576
SIGNED_BY = ("webhook-id", "webhook-timestamp", "webhook-signature")
POLL_S = 0.05
"""How soon the server notices that it is to end."""


class Heard(NamedTuple):
    """A message that arrived. Nothing in it is a value of a trace."""

    headline: str
    severity: str
    fingerprints: tuple[str, ...]
    """Of the problems that it is about: one, or those of a digest."""
    chains: tuple[str, ...]
    """What each of its steps is a step of: a chain of an escalation, or ``task``."""


class Hook:
    """Keeps each message once, by its id; one that is not signed with the secret is refused and counted."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._lock = Lock()
        self._heard: dict[str, Heard] = {}
        self.refused = 0
        self.url = ""

    @property
    def heard(self) -> Sequence[Heard]:
        """Messages so far, in the order in which they came."""
        with self._lock:
            return [*self._heard.values()]

    def told_of(self, fingerprint: str, *, task: bool) -> Heard | None:
        """The first message about a problem: about its task, or about a step of its escalation."""
        for message in self.heard:
            rows = zip(message.fingerprints, message.chains, strict=True)
            if any(named == fingerprint and (chain == "task") is task for named, chain in rows):
                return message
        return None

    def take(self, message_id: str, at: str, signatures: str, body: bytes) -> HTTPStatus:
        """What to answer to a message."""
        signed = hmac.new(self._secret, f"{message_id}.{at}.".encode() + body, hashlib.sha256).digest()
        expected = f"v1,{base64.b64encode(signed).decode()}"
        if not any(hmac.compare_digest(expected, one) for one in signatures.split()):
            with self._lock:
                self.refused += 1
            return HTTPStatus.UNAUTHORIZED
        try:
            heard = _read(body)
        except (ValueError, KeyError, TypeError):
            return HTTPStatus.BAD_REQUEST
        with self._lock:
            self._heard.setdefault(message_id, heard)
        return HTTPStatus.NO_CONTENT


def _read(body: bytes) -> Heard:
    data = json.loads(body)["data"]
    steps = data["steps"]
    return Heard(
        str(data["headline"]),
        str(data["severity"]),
        tuple(str(step["fingerprint"]) for step in steps),
        tuple(str(step["chain"]) for step in steps),
    )


@contextmanager
def listening(hook: Hook) -> Iterator[Hook]:
    """The hook behind a port of loopback, while entered; ``hook.url`` says where."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = self.headers.get("content-length", "")
            if not length.isdigit() or int(length) > MOST_BYTES:
                self._answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
                return
            message_id, at, signatures = (self.headers.get(name, "") for name in SIGNED_BY)
            self._answer(hook.take(message_id, at, signatures, self.rfile.read(int(length))))

        def _answer(self, status: HTTPStatus) -> None:
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """The demo has its own way to tell."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(POLL_S,), name="demo-hook")
    thread.start()
    hook.url = f"http://127.0.0.1:{server.server_port}/assay"
    try:
        yield hook
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
