"""IP addresses of the scopes that the policy names; version numbers are none."""

import re
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

from ...policy.security_rules import IpScope
from .text import Context, Span, Text
from .words import SECTION_WORD

_V4 = re.compile(
    r"(?:(?<![0-9A-Za-z.%])|(?<=\\[nrt]))(?P<host>[0-9]{1,3}(?:\.[0-9]{1,3}){3})(?![0-9A-Za-z]|\.[0-9])(?:/(?P<length>[0-9]{1,2})(?![0-9]))?",
    re.ASCII,
)
_V6 = re.compile(
    r"(?:(?<![0-9A-Za-z:.])|(?<=\\[nrt]))(?P<host>[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7})(?![0-9A-Za-z:])(?:/(?P<length>[0-9]{1,3})(?![0-9]))?",
    re.ASCII,
)
_VERSION_BEFORE = re.compile(
    r"(?:(?:version|release|ver|rev|build|firmware|driver|v)[.:= ]{0,2}|[A-Za-z][\w.-]{1,40}/"
    r"|(?:[<>=~!]=|[<>~^]) ?"
    rf"|(?:(?<![0-9A-Za-z]){SECTION_WORD}|oid|rfc[ :`]*[0-9]+`?|\u00a7{{1,2}})"
    r"(?:[ _.-]?(?:no?|nr|num|number)\b)?[ .:=\"'\u00a7\u00ba\u00b0]{0,4}"
    r"(?:[0-9]{1,3}(?:\.[0-9]{1,3})+\)?(?:,|;| ?[-\u2013]| (?:and|or|to|und|bis|et|y|e|en|och|i)\b) ?){0,3})\Z",
    re.IGNORECASE | re.ASCII,
)
"""One ``=`` is no version: in logs and queries it gives a host its address."""
_PATH_BEFORE = re.compile(
    r":/{1,2}(?:[^\s/]*@)?\Z|[a-z]+://[^\s?]*\Z|<(?![\w:.-]*(?:ver|release|build))[a-z][^<>]{0,50}>\Z",
    re.IGNORECASE | re.ASCII,
)
_BEFORE: Final = 60
_VERSION_COST: Final = 10
_GLOBAL_UNICAST = ip_network("2000::/3")
_SHARED = ip_network("100.64.0.0/10")
_DOCUMENTATION = tuple(
    map(ip_network, ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20"))
)
_PRIVATE = tuple(map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")))


class Addresses:
    """Finds addresses of some scopes."""

    def __init__(self, scopes: frozenset[IpScope]) -> None:
        self._scopes = scopes

    def __call__(self, candidate: Text) -> Iterator[Span]:
        """IPv4 and IPv6, of single hosts: a whole network is nobody's address."""
        text, context, effort = candidate
        for pattern in (_V6,) if context & Context.VERSION else (_V4, _V6):
            for match in pattern.finditer(text):
                effort.spend(5)
                address = _host(match["host"], match["length"])
                if address is None or scope_of(address) not in self._scopes:
                    continue
                if context & Context.SECTION and not text[: match.start()].strip(" \u00a7"):
                    continue
                effort.spend(_VERSION_COST)
                if pattern is _V6 or not _is_version(text, match.start()):
                    yield match.span()


def scope_of(address: IPv4Address | IPv6Address) -> IpScope:
    """Which scope an address belongs to."""
    if address.is_loopback:
        return IpScope.LOOPBACK
    if any(address in network for network in _PRIVATE if network.version == address.version):
        return IpScope.PRIVATE
    if address.version == 4:
        if address in _SHARED:
            return IpScope.PRIVATE
    elif address not in _GLOBAL_UNICAST:
        return IpScope.RESERVED
    if any(address in network for network in _DOCUMENTATION if network.version == address.version):
        return IpScope.RESERVED
    public = address.is_global and not address.is_multicast and not address.is_reserved
    return IpScope.PUBLIC if public else IpScope.RESERVED


def _host(written: str, length: str | None) -> IPv4Address | IPv6Address | None:
    """The address, unless it is none, or with the length behind it a whole network."""
    try:
        address = ip_address(written)
    except ValueError:
        return None
    if length is None or int(length) >= address.max_prefixlen:
        return address
    if int(length) == 0:
        return None  # everybody
    try:
        ip_network(f"{written}/{length}")
    except ValueError:  # bits of a host are set
        return address
    return None


def _is_version(text: str, start: int) -> bool:
    before = text[max(0, start - _BEFORE) : start]
    return _VERSION_BEFORE.search(before) is not None and _PATH_BEFORE.search(before) is None
