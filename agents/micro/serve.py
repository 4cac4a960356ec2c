"""``assay micro`` as a server on this machine."""

import asyncio
import socket
from collections.abc import Callable

import uvicorn

from assay.pipeline.core.errors import DependencyUnavailableError
from assay.pipeline.policy.bundle import Bundle

from .api import create_micro_api

HOST = "127.0.0.1"
"""It knows no keys, so nobody else may reach it."""


def serve_micro(bundle: Bundle, port: int, announce: Callable[[str], None]) -> None:
    """Serve until a signal; ``announce`` gets the address when it answers. Port 0 is one that is free.

    Raises :class:`DependencyUnavailableError` when the port is taken.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((HOST, port))
        except OSError as error:
            raise DependencyUnavailableError(
                f"port {port} cannot be had: {error.strerror}; choose another, or 0"
            ) from error
        address = f"http://{HOST}:{listening.getsockname()[1]}"
        config = uvicorn.Config(
            create_micro_api(bundle),
            lifespan="on",
            log_config=None,  # ours is set up
            access_log=False,
            server_header=False,
        )
        asyncio.run(_serve(_Announcing(config, lambda: announce(address)), listening))


async def _serve(server: uvicorn.Server, listening: socket.socket) -> None:
    await server.serve(sockets=[listening])


class _Announcing(uvicorn.Server):
    """Says so when it answers: whoever started it waits for that."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """See :class:`uvicorn.Server`."""
        await super().startup(sockets)
        if self.started:
            self._announce()
