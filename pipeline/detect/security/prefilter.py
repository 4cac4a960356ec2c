r"""One scan over bytes for everything that could be a finding: a superset, and for almost every trace empty.

The patterns run over the raw bytes of a trace and over the UTF-8 of single texts alike. So what JSON writes
for a character (``\n``, ``\/``, ``\"``, also twice inside one another) is allowed for where it matters.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

import re2

from .base64_text import FIRST_BYTES
from .disguise import disguise_pattern
from .pii_iban import COUNTRIES
from .secret_names import name_pattern
from .signs import Sign
from .words import PASSPORT_WORD, PHONE_WORD, SSN_WORD

_ESCAPE: Final = rb"\\[nrtbf]|\\u[0-9A-Fa-f]{4}"
LEFT: Final = rb"(?:^|[^0-9A-Za-z]|" + _ESCAPE + rb")"
_NO_DASH: Final = rb"(?:^|[^0-9A-Za-z-]|" + _ESCAPE + rb")"
"""To the left of what UUIDs would look like behind one of their dashes."""
_NO_FRACTION: Final = rb"(?:^|[^0-9A-Za-z.]|(?:^|[^0-9])\.|" + _ESCAPE + rb")"
"""To the left of a number that is not the fraction of another one."""
_NO_FRACTION_OR_DASH: Final = rb"(?:^|[^0-9A-Za-z.-]|(?:^|[^0-9])\.|" + _ESCAPE + rb")"
RIGHT: Final = rb"(?:$|[^0-9A-Za-z])"
_GAP: Final = rb"(?:[ \t\r\n]|\\[nrt])"
_SEPARATOR: Final = rb"[-._/+ ]{1,3}"


def _any(*patterns: bytes) -> bytes:
    return b"|".join(b"(?:%s)" % pattern for pattern in patterns)


# Patterns end as soon as enough was seen, and repeat without an upper bound: each bound makes the automaton
# larger, and a larger one slower.
_CARD = _any(
    _NO_FRACTION
    + rb"(?:[3-6][0-9]{12}|5[0678][0-9]{10}|6[37][0-9]{10}|2[1-7][0-9]{13}|1800[0-9]{11}|8[12][0-9]{14})",
    _NO_FRACTION_OR_DASH + rb"[1-68][0-9]{3}%s[0-9]{4}%s[0-9]{4}%s[0-9]" % ((_SEPARATOR,) * 3),
    _NO_FRACTION_OR_DASH + rb"3[0-9]{3}%s[0-9]{6}%s[0-9]{4}" % ((_SEPARATOR,) * 2),
    _NO_FRACTION_OR_DASH + rb"[56][0-9]{5}%s[0-9]{13}" % _SEPARATOR,
)
_IBAN = (
    _NO_DASH
    + rb"(?i:%s)[0-9]{2}" % "|".join(COUNTRIES).encode()
    + rb"(?:[0-9A-Za-z]{11}|[ +-][0-9A-Za-z]{4}[ +-][0-9A-Za-z]{4}[ +-][0-9A-Za-z]{3})"
)
_IPV4 = (
    rb"(?:^|[^0-9A-Za-z.]|" + _ESCAPE + rb")"
    rb"[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}(?:$|[^0-9A-Za-z.]|\.(?:$|[^0-9]))"
)
_IPV6_PUBLIC = LEFT + rb"[23][0-9A-Fa-f]{3}:(?::|[0-9A-Fa-f]{1,4}:)"
_IPV6_ANY = rb"::|(?:[0-9A-Fa-f]{1,4}:){4}"
_PHONE = rb"\+ ?\(?[0-9](?:(?:[ ()./-]{0,3}|\+)[0-9]){6}"
_NANP = _any(
    rb"\([2-9][0-9]{2}\) ?[-. ]?[2-9][0-9]{2}[-. ][0-9]{4}",
    _NO_DASH + rb"[2-9][0-9]{2}-[2-9][0-9]{2}-[0-9]{4}" + RIGHT,
)
_PHONE_DIGITS = _any(
    _NO_DASH
    + rb"\(?[0-9]{2,6}\)?(?:[ +./-]{1,3}\(?[0-9]{4,10}\)?|(?:[ +./-]{1,3}\(?[0-9]{2,8}\)?){2,5})"
    + RIGHT,
    _NO_DASH + rb"[0-9]{7}[0-9]*" + RIGHT,
)
_AWS_SECRET = rb"(?i:secret[_-]?(?:access[_-]?)?key)(?:%s+|>)[0-9A-Za-z/+%%\\]{16}" % _GAP
_MRZ = LEFT + rb"[A-Z0-9<]{9}[0-9<][A-Z<]{3}[0-9]{7}[MFX<][0-9]{7}"

_FIXED: Sequence[tuple[Sign, bytes]] = (
    (Sign.EMAIL, rb"[0-9A-Za-z\x80-\xff!#$%&'*+/=?^_`{|}~.-]@[0-9A-Za-z\x80-\xff]"),
    (Sign.CARD, _CARD),
    (Sign.IBAN, _IBAN),
    (Sign.SSN, LEFT + rb"[0-8][0-9]{2}[- +./][0-9]{2}[- +./][0-9]{4}" + RIGHT),
    (Sign.PHONE, _any(_PHONE, _NANP)),
    (Sign.MRZ, _MRZ),
    (Sign.JWT, rb"e[yw][0-9A-Za-z_-]{8}[0-9A-Za-z_-]*\.[0-9A-Za-z_-]{2}"),
    (Sign.PRIVATE_KEY, rb"PRIVATE(?:[ +]|%20)KEY"),
    (Sign.AWS, _any(rb"(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}", _AWS_SECRET)),
    (Sign.GITHUB, rb"gh[pousr]_[0-9A-Za-z]{36}|github_pat_[0-9A-Za-z_]{22}"),
    (Sign.SLACK, rb"xox[abeoprs](?:\.xox[bp])?-[0-9A-Za-z-]{10}|xapp-[0-9]-|hooks\.slack\.com\\*/"),
    (Sign.STRIPE, rb"[rs]k_live_[0-9A-Za-z]{10}"),
    (Sign.GOOGLE, rb"AIza[0-9A-Za-z_-]{35}|ya29\.[0-9A-Za-z_-]{20}|GOCSPX-[0-9A-Za-z_-]{20}"),
    (Sign.SECRET, rb":\\*/\\*/[^\s\"\\/:@]*:[^\s\"\\/@]{3}[^\s\"\\/@]*@"),
    (Sign.SSN_WORD, SSN_WORD.encode()),
    (Sign.PASSPORT_WORD, PASSPORT_WORD.encode()),
    (Sign.PHONE_WORD, PHONE_WORD.encode()),
    (Sign.PHONE_DIGITS, _PHONE_DIGITS),
    (Sign.TENANT_WORD, rb"(?i:tenants?(?:_?id)?)(?:\\*/|:|=)[0-9]"),
    (Sign.PERCENT, rb"%[0-9A-Fa-f]{2}"),
    (Sign.BASE64, LEFT + FIRST_BYTES),
    (Sign.FLOAT, rb"(?:^|[:,\[]%s*)-?[0-9][0-9.]*[eE]" % _GAP),
)


class Prefilter:
    """The scan, compiled for one policy."""

    def __init__(
        self, *, every_address: bool, secret_names: Iterable[str], tenant_names: Iterable[str]
    ) -> None:
        table = [
            *_FIXED,
            (Sign.IP, _any(_IPV4, _IPV6_ANY if every_address else _IPV6_PUBLIC)),
            (Sign.SECRET, _secret(name_pattern(secret_names).encode())),
            (Sign.TENANT, _twice(tenant_names)),
            (Sign.DISGUISED, disguise_pattern()),
        ]
        options = re2.Options()
        options.encoding = re2.Options.Encoding.LATIN1
        options.max_mem = (
            24 << 20
        )  # for the tables of the automaton: a full cache would be thrown away, and cost
        scan = re2.Set.SearchSet(options)
        for _, pattern in table:
            scan.Add(pattern)
        scan.Compile()
        self.matches: Callable[[bytes], list[int] | None] = scan.Match
        """What matched, as :meth:`of` understands it; for almost every trace nothing."""
        self._signs = tuple(int(sign) for sign, _ in table)
        self._mention = re2.compile(_mention(tenant_names), options)

    def of(self, matches: Iterable[int] | None) -> int:
        """The signs that matches are, as bits of :class:`~.signs.Sign`."""
        found = 0
        for index in matches or ():
            found |= self._signs[index]
        return found

    def signs(self, data: bytes) -> int:
        """The signs in these bytes."""
        return self.of(self.matches(data))

    def mentions_tenant(self, data: bytes) -> bool:
        """Whether a member that holds a tenant's id is named at all; :attr:`~.signs.Sign.TENANT` takes two."""
        return self._mention.search(data) is not None


def _secret(name: bytes) -> bytes:
    """A telling name with a text, a list or an object after it, in JSON at any depth or in prose."""
    telling = rb"(?i:%s)[0-9A-Za-z_.\- ]*" % name
    quote = rb"\\*[\"']"
    gap = _GAP + b"*"
    return _any(
        telling + quote + gap + b":" + gap + b"(?:" + quote + rb"[^\"]|[\[{])",
        telling + gap + rb"(?:[:=]>?|(?i:is|was))" + gap + rb"\\*[\"']?[^\s\"',}\]]{6}",
        rb"(?i:bearer|basic)[^0-9A-Za-z\"]{1,4}[0-9A-Za-z._~+/-]{16}",
        telling + quote + gap + b"," + gap + quote + b"value" + quote,
    )  # fmt: skip


def _mention(names: Iterable[str]) -> bytes:
    """Any of the names. Case, ``_`` and ``-`` do not matter, so only letters and digits are looked for."""
    spelled = (
        rb"[_\-]*".join(b"%c" % char for char in name.lower().encode() if b"%c" % char not in b"_-.")
        for name in sorted(names)
    )
    return rb"(?i:%s)" % (b"|".join(filter(None, spelled)) or rb"[^\x00-\xff]")


def _twice(names: Iterable[str]) -> bytes:
    once = _mention(names)
    return once + rb"(?s:.*)" + once
