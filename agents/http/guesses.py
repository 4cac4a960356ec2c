"""How often one address may be wrong about a key before it is not listened to for a while (RELIABILITY, REST auth)."""

import ipaddress
from collections import OrderedDict
from dataclasses import dataclass

MOST_WRONG = 20
PER_S = 60.0
MOST_ADDRESSES = 10_000
"""More are not remembered: the one that was silent longest is forgotten."""
_PREFIX_V6 = 64
"""Whoever has one address of IPv6 has all of its network."""


@dataclass(slots=True)
class _Wrong:
    left: float
    at_s: float


class Guesses:
    """A bucket of wrong tries for each address, which fills up again with time."""

    def __init__(self, most: int = MOST_WRONG, per_s: float = PER_S) -> None:
        self._most = most
        self._per_s = per_s
        self._wrong: OrderedDict[str, _Wrong] = OrderedDict()

    def wait_s(self, address: str, now_s: float) -> float:
        """How long this address must wait; 0 = it may try."""
        if (wrong := self._wrong.get(_network(address))) is None:
            return 0.0
        left = self._refilled(wrong, now_s)
        return 0.0 if left >= 1 else (1 - left) * self._per_s / self._most

    def was_wrong(self, address: str, now_s: float) -> None:
        """Count a wrong try."""
        name = _network(address)
        wrong = self._wrong.pop(name, None) or _Wrong(self._most, now_s)
        self._wrong[name] = _Wrong(self._refilled(wrong, now_s) - 1, now_s)
        if len(self._wrong) > MOST_ADDRESSES:
            self._wrong.popitem(last=False)

    def _refilled(self, wrong: _Wrong, now_s: float) -> float:
        return min(self._most, wrong.left + max(now_s - wrong.at_s, 0) * self._most / self._per_s)


def _network(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 6:
        return str(ipaddress.ip_network((found, _PREFIX_V6), strict=False))
    return address
