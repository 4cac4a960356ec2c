"""WebSockets of the server, but for the end of a connection that nobody reads from."""

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

LAST_S = 5.0


class EndingWebSockets(WebSocketsSansIOProtocol):
    """A connection is gone soon after its application has ended, whatever is still to be sent.

    A transport is only closed once all is sent: to a client that keeps its connection and reads nothing, never. Each of
    them would hold a socket and a buffer for as long as it likes.
    """

    async def run_asgi(self) -> None:
        """See the class."""
        try:
            await super().run_asgi()
        finally:
            self.loop.call_later(LAST_S, self.transport.abort)
