"""Names are resolved here, the addresses are looked at, and only those are connected to (RELIABILITY, webhook)."""

import asyncio
import socket
from collections.abc import Sequence

from aiohttp.abc import AbstractResolver, ResolveResult

from assay.pipeline.notify.address import Reach, reach_of
from assay.pipeline.policy.notifications import Network


class ForbiddenAddressError(OSError):
    """The host is at an address that the channel may not reach. Do not connect, and do not try another of its addresses."""


class UnknownNameError(OSError):
    """The name has no address now: try again later."""


class PinnedResolver(AbstractResolver):
    """What aiohttp connects to: the addresses that were checked, and no other lookup in between."""

    def __init__(self, allowed: Sequence[Network]) -> None:
        self._allowed = allowed

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of a host. One that is forbidden forbids the host: it would be a matter of luck otherwise."""
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=found,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for found, address in await checked_addresses(host, port, self._allowed, family)
        ]

    async def close(self) -> None:
        """Holds nothing."""


async def checked_addresses(
    host: str, port: int, allowed: Sequence[Network], family: socket.AddressFamily = socket.AF_UNSPEC
) -> list[tuple[socket.AddressFamily, str]]:
    """Family and address of all that the name stands for now, literals included.

    Raises :class:`ForbiddenAddressError`, :class:`UnknownNameError`.
    """
    try:
        found = await asyncio.get_running_loop().getaddrinfo(
            host, port, family=family, type=socket.SOCK_STREAM
        )
    except (OSError, UnicodeError) as error:
        raise UnknownNameError("the name has no address") from error
    addresses: list[tuple[socket.AddressFamily, str]] = [(entry[0], str(entry[4][0])) for entry in found]
    if not addresses:
        raise UnknownNameError("the name has no address")
    if any(reach_of(address, allowed) is Reach.FORBIDDEN for _, address in addresses):
        raise ForbiddenAddressError("the host has an address that is not public")
    return addresses
