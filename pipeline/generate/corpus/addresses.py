"""Public addresses of the Internet Protocol, versions 4 and 6."""

from ipaddress import IPv6Address, ip_address
from random import Random
from typing import Final

from ...core.codes import IssueCode
from .case import Half, Sample
from .draw import HEX, draw_for, letters, pick

_PROVIDERS: Final = ("2a02", "2600", "2a01", "2607", "2804", "2401", "240e", "2a00", "2409", "2c0f", "2a0d")
_FORMS: Final = ("v4", "v4", "v4", "v4", "v4 port", "v6", "v6", "v6 full", "v6 upper")


def address(rng: Random, half: Half) -> Sample:
    """An address that routes, of no network in particular."""
    form = rng.choice(_FORMS)
    text = draw_for(half, lambda: _address(rng, form, half), str)
    return Sample(IssueCode.SECURITY_PII_IP, text, form)


def _address(rng: Random, form: str, half: Half) -> str:
    if form.startswith("v4"):
        four = public_v4(rng)
        return (
            f"{four}:{rng.choice((443, 8080, 51413, rng.randint(1024, 65535)))}" if "port" in form else four
        )
    six = _v6(rng, half)
    if form == "v6 full":
        return six.exploded
    return six.compressed.upper() if form == "v6 upper" else six.compressed


def public_v4(rng: Random) -> str:
    """Any address outside the ranges that are set aside."""
    while True:
        text = ".".join(str(part) for part in (rng.randint(11, 223), *rng.choices(range(1, 255), k=3)))
        found = ip_address(text)
        # 192.88.99.0/24 was an anycast relay once: neither public nor private.
        if found.is_global and not found.is_multicast and not text.startswith("192.88.99."):
            return text


def _v6(rng: Random, half: Half) -> IPv6Address:
    groups = [pick(rng, _PROVIDERS, half), *(letters(rng, HEX, 4) for _ in range(7))]
    if rng.random() < 0.5:
        groups[4:7] = ["0", "0", "0"]
    return IPv6Address(":".join(groups))
