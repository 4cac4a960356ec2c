"""What the API behind the page knows in a test."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from . import canned, canned_reports, canned_work
from .canned import Document


@dataclass
class Site:
    """What the API knows. A test changes it before the page asks."""

    groups: list[Document] = field(default_factory=canned.groups)
    overview: Document = field(default_factory=canned_reports.overview)
    contained: list[Document] = field(default_factory=canned_work.contained)
    tasks: list[Document] = field(default_factory=lambda: [canned_work.task()])
    jobs: list[Document] = field(
        default_factory=lambda: [
            canned_work.job("r-0002", "running", 120, 80),
            canned_work.job("r-0001", "succeeded", 450, 0),
        ]
    )
    rules: list[Document] = field(default_factory=canned_work.rules)
    audit: list[Document] = field(default_factory=canned_reports.audit_log)
    role: str = "admin"
    key: str = ""
    """Empty: nobody needs one."""
    broken: dict[str, int] = field(default_factory=dict)
    """Path below /api/v1/ → the status that it answers."""
    held: asyncio.Event | None = None
    """While it is not set, nothing under /api/v1/ is answered."""
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    """Method, path and body of every request."""
    url: str = ""
    sockets: list[web.WebSocketResponse] = field(default_factory=list)
    loop: asyncio.AbstractEventLoop | None = None

    def posted(self, path: str) -> list[Any]:
        """What was sent there."""
        return [body for method, where, body in self.asked if method == "POST" and where == path]

    def tell(self, message: Document) -> None:
        """Send a message to every page that listens."""
        self._on_loop(self._tell(message))

    def hang_up(self) -> None:
        """End every connection of the feed."""
        self._on_loop(self._hang_up())

    def _on_loop(self, work: Any) -> None:
        assert self.loop is not None
        asyncio.run_coroutine_threadsafe(work, self.loop).result(10)

    async def _tell(self, message: Document) -> None:
        for socket in self.sockets:
            await socket.send_json(message)

    async def _hang_up(self) -> None:
        for socket in [*self.sockets]:
            await socket.close()
