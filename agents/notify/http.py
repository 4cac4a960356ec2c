"""One POST over HTTP, as suspicious of where it goes as of what comes back."""

import ssl
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

import aiohttp
from yarl import URL

from assay.pipeline.notify.answer import Answer, Failed, Reason, Refused, http_answer
from assay.pipeline.policy.notifications import Network

from .guard import ForbiddenAddressError, PinnedResolver, UnknownNameError, checked_addresses

TIMEOUT_S = 10.0
"""For all of it: an endpoint that is slow holds up its own channel only, and not for long."""
CONNECT_S = 5.0


class HttpPoster:
    """Posts for one channel. Redirects are not followed, answers are not read, proxies of the environment not used."""

    def __init__(
        self,
        allowed: Sequence[Network] = (),
        *,
        timeout_s: float = TIMEOUT_S,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._allowed = allowed
        self._timeout = aiohttp.ClientTimeout(total=timeout_s, connect=CONNECT_S)
        self._tls = tls
        self._session: aiohttp.ClientSession | None = None

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """What came of it. Raises nothing; an unknown outcome (a timeout) is a failure."""
        try:
            target = URL(url)
            # aiohttp asks no resolver about what looks like an address to it, such as 2130706433.
            await checked_addresses(target.host or "", target.port or 443, self._allowed)
            async with self._opened().post(
                target,
                data=body,
                headers={"Content-Type": "application/json", "User-Agent": "Assay", **headers},
                allow_redirects=False,
            ) as response:
                return http_answer(response.status, response.headers.get("Retry-After"), time.time())
        except (ForbiddenAddressError, UnknownNameError, aiohttp.ClientError, OSError, ValueError) as error:
            return _failure(error)

    async def close(self) -> None:
        """Drop what is kept open."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(
                resolver=PinnedResolver(self._allowed),
                use_dns_cache=False,
                # A destination is written to at most some times a minute: each time anew, each time checked.
                force_close=True,
                ssl=True if self._tls is None else self._tls,
            )
            self._session = aiohttp.ClientSession(
                connector=connector, timeout=self._timeout, cookie_jar=aiohttp.DummyCookieJar()
            )
        return self._session


def _failure(error: BaseException) -> Answer:
    """By what lies behind it: aiohttp wraps what a resolver raises."""
    causes = (error, getattr(error, "os_error", None), error.__cause__)
    if any(isinstance(one, ForbiddenAddressError) for one in causes):
        return Refused(Reason.ADDRESS_FORBIDDEN)
    if any(isinstance(one, UnknownNameError) for one in causes):
        return Failed(Reason.NAME_UNKNOWN)
    match error:
        case TimeoutError():
            return Failed(Reason.TIMED_OUT)
        case aiohttp.ClientSSLError() | ssl.SSLError():
            return Failed(Reason.TLS_FAILED)
        case aiohttp.InvalidURL() | ValueError():
            return Refused(Reason.REFUSED)
        case _:
            return Failed(Reason.UNREACHABLE)
