"""IBANs: country, its length and structure, and the check digits (ISO 13616)."""

import re
from collections.abc import Iterator
from typing import Final

from stdnum import iban

from .text import Span, Text

COUNTRIES: Final[dict[str, int]] = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BI": 27,
    "BR": 29, "BY": 28, "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DJ": 27, "DK": 18, "DO": 28,
    "EE": 20, "EG": 29, "ES": 24, "FI": 18, "FK": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23,
    "GL": 18, "GR": 27, "GT": 28, "HN": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26,
    "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20, "LU": 20, "LV": 21,
    "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MN": 20, "MR": 27, "MT": 31, "MU": 30, "NI": 28,
    "NL": 18, "NO": 15, "OM": 23, "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22,
    "RU": 33, "SA": 24, "SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "SO": 23, "ST": 25,
    "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20, "YE": 30,
}  # fmt: skip
"""Country → length of its IBANs."""

_START = re.compile(
    rf"(?:(?<![0-9A-Za-z-])|(?<=\\[nrt]))(?i:({'|'.join(COUNTRIES)}))[0-9]{{2}}([ +-]?)", re.ASCII
)
_TAIL = re.compile(r"[0-9A-Za-z]+", re.ASCII)
_NAME_BY_ORDINAL = {ord("A") + place: str(10 + place) for place in range(26)}


def ibans(candidate: Text) -> Iterator[Span]:
    """IBANs, unbroken or in groups of four (in a query string with ``+`` between them); all capitals, or none."""
    text = candidate.text
    for match in _START.finditer(text):
        candidate.effort.spend(3)
        end = _end(text, match.start(), match.end(), COUNTRIES[match[1].upper()], match[2])
        if end is None:
            continue
        number = text[match.start() : end].replace(match[2], "")
        if number not in {number.upper(), number.lower()}:
            continue
        number = number.upper()
        checked = (number[4:] + number[:4]).translate(_NAME_BY_ORDINAL)
        if int(checked) % 97 == 1 and iban.is_valid(number, check_country=False):
            yield match.start(), end


def _end(text: str, start: int, here: int, length: int, separator: str) -> int | None:
    """Where a number of this length ends, when nothing but its groups stands there."""
    if not separator:
        run = _TAIL.match(text, start, start + length + 1)
        return run.end() if run and run.end() - start == length else None
    left = length - 4
    while left:
        size = min(4, left)
        group = text[here : here + size]
        if len(group) < size or not (group.isascii() and group.isalnum()):
            return None
        here, left = here + size, left - size
        if left:
            if text[here : here + 1] != separator:
                return None
            here += 1
    return here if not _TAIL.match(text, here) else None
