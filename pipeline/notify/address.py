"""Which addresses the notifier may connect to: public ones, and those that a channel names (RELIABILITY, webhook)."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from ..core.word import Word
from ..policy.notifications import Network

_NAT64 = ip_network("64:ff9b::/96")


class Reach(Word):
    """What may be done with an address."""

    ALLOWED = "allowed"
    FORBIDDEN = "forbidden"
    """Private, loopback, link-local (where clouds keep credentials), multicast, reserved: not on the Internet."""


def reach_of(text: str, allowed: Sequence[Network]) -> Reach:
    """Whether to connect to an IP address. What is no address is forbidden."""
    try:
        address = _inner(ip_address(text.partition("%")[0]))
    except ValueError:
        return Reach.FORBIDDEN
    if any(address.version == network.version and address in network for network in allowed):
        return Reach.ALLOWED
    return Reach.ALLOWED if address.is_global and not address.is_multicast else Reach.FORBIDDEN


def _inner(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 address stands for, where it stands for one."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    return IPv4Address(int(address) & 0xFFFF_FFFF) if address in _NAT64 else address
