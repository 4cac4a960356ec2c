"""Bank account numbers (ISO 13616): a country's structure, its own check digits where they are kept, and mod 97.

The national part of a real number often has check digits of its own. They are right here for the countries
of ``_NATIONAL``; elsewhere the national part is any that the registry's structure allows.
"""

import re
from collections.abc import Callable, Mapping
from random import Random
from string import ascii_uppercase, digits
from typing import Final

from ...core.codes import IssueCode
from .case import Half, Sample
from .draw import draw_for, filled, letters, pick

STRUCTURES: Final = tuple(
    row.split()
    for row in (
        "DE 18n", "GB 4a14n", "FR 10n11c2n", "ES 20n", "IT 1a10n12c", "NL 4a10n", "BE 12n", "AT 16n",
        "CH 5n12c", "PL 24n", "PT 21n", "IE 4a14n", "SE 20n", "NO 11n", "DK 14n", "FI 14n", "IS 22n",
        "LU 3n13c", "GR 7n16c", "CY 8n16c", "MT 4a5n18c", "CZ 20n", "SK 20n", "HU 24n", "RO 4a16c",
        "BG 4a6n8c", "HR 17n", "SI 15n", "EE 16n", "LV 4a13c", "LT 16n", "TR 6n16c", "UA 6n19c",
        "RS 18n", "ME 18n", "BA 16n", "MK 3n10c2n", "AL 8n16c", "MD 2c18c", "GE 2a16n", "AZ 4a20c",
        "KZ 3n13c", "IL 19n", "AE 19n", "SA 2n18c", "QA 4a21c", "KW 4a22c", "BH 4a14c", "JO 4a4n18c",
        "LB 4n20c", "EG 25n", "TN 20n", "PK 4a16c", "BR 23n1a1c", "CR 18n", "DO 4c20n", "GT 4c20c",
        "SV 4a20n", "MU 4a19n3a", "LI 5n12c", "MC 10n11c2n", "SM 1a10n12c", "AD 8n12c", "GI 4a15c",
        "FO 14n", "GL 14n", "XK 16n", "VG 4a16n",
    )
)  # fmt: skip
"""Country and the structure of its national part, from the registry: n digits, a letters, c either."""

_BELGIAN_BANKS: Final = ("001", "063", "068", "200", "220", "310", "363", "430", "731", "750", "979")
_PART = re.compile(r"(\d+)([nac])")


def mod97(text: str) -> int:
    """Remainder of ISO 7064: letters are 10 … 35."""
    return int("".join(str(int(letter, 36)) for letter in text)) % 97


def iban_of(country: str, national: str) -> str:
    """The IBAN of a national number: its two check digits computed."""
    return f"{country}{98 - mod97(f'{national}{country}00'):02d}{national}"


def iban(rng: Random, half: Half) -> Sample:
    """A valid IBAN of one of the half's countries, in one piece or in groups of four."""
    country, structure = pick(rng, STRUCTURES, half)
    number = draw_for(half, lambda: iban_of(country, national_number(rng, country, structure)), str)
    form = rng.choice(("plain", "spaces"))
    text = in_fours(number) if form == "spaces" else number
    return Sample(IssueCode.SECURITY_PII_IBAN, text, f"{country} {form}")


def in_fours(number: str) -> str:
    """As it is printed on paper."""
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


def national_number(rng: Random, country: str, structure: str) -> str:
    """A national part by the country's structure and own check digits."""
    drawn = "".join(_part(rng, int(count), kind) for count, kind in _PART.findall(structure))
    own = _NATIONAL.get(country)
    return own(drawn) if own else drawn


def _part(rng: Random, count: int, kind: str) -> str:
    if kind == "a":
        return letters(rng, ascii_uppercase, count)
    # Where letters are allowed, most banks still use digits.
    return filled(rng, "#" * count) if kind == "n" else letters(rng, digits * 4 + ascii_uppercase, count)


def _plain_mod97(drawn: str) -> str:
    """ISO 7064 over the national part itself: its last two digits make the remainder 1."""
    return f"{drawn[:-2]}{98 - mod97(f'{drawn[:-2]}00'):02d}"


def _belgian(drawn: str) -> str:
    body = _BELGIAN_BANKS[int(drawn[:3]) % len(_BELGIAN_BANKS)] + drawn[3:10]
    return f"{body}{int(body) % 97 or 97:02d}"


def _spanish(drawn: str) -> str:
    bank, account = drawn[:8], drawn[10:]
    return bank + _spanish_digit(f"00{bank}") + _spanish_digit(account) + account


def _spanish_digit(ten: str) -> str:
    remainder = sum(int(digit) << place for place, digit in enumerate(ten)) % 11
    return str(remainder if remainder < 2 else 11 - remainder)


def _french(drawn: str) -> str:
    body = f"{drawn[:10]}{int(drawn[10:15], 36) % 10**5:05d}{drawn[4:10]}"
    bank, branch, account = int(body[:5]), int(body[5:10]), int(body[10:])
    return f"{body}{97 - (89 * bank + 15 * branch + 3 * account) % 97:02d}"


def _norwegian(drawn: str) -> str:
    for account in range(int(drawn[:10]), 10**10):
        body = f"{account:010d}"
        weighted = sum(weight * int(digit) for weight, digit in zip(_NORWAY, body, strict=True))
        if weighted % 11 < 10:
            # The weights are those of the check digit's complement: 11 - 5, 11 - 4, …
            return f"{body}{weighted % 11}"
    raise AssertionError("one in eleven numbers has no check digit")


_NORWAY: Final = (6, 7, 8, 9, 4, 5, 6, 7, 8, 9)
_NATIONAL: Final[Mapping[str, Callable[[str], str]]] = {
    **dict.fromkeys(("BA", "ME", "PT", "RS", "SI", "XK"), _plain_mod97),
    **dict.fromkeys(("FR", "MC"), _french),
    "BE": _belgian,
    "ES": _spanish,
    "NO": _norwegian,
}
