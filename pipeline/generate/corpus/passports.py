"""Passport numbers by country, and the machine-readable zone of a passport (ICAO 9303, TD3)."""

from random import Random
from typing import Final

from ...core.codes import IssueCode
from .case import Half, Sample, Stands
from .draw import draw_for, filled, letters, pick
from .names import family, given

PATTERNS: Final = (
    ("USA", "#########"), ("USA", "@########"), ("GBR", "#########"), ("DEU", "C01X&&&&#"), ("FRA", "##@@#####"),
    ("ITA", "Y@#######"), ("ESP", "XD@######"), ("NLD", "N@&&&&&&#"), ("POL", "E@#######"), ("CAN", "@@######"),
    ("AUS", "P@#######"), ("JPN", "T@#######"), ("IND", "@#######"), ("BRA", "F@######"), ("SWE", "########"),
    ("PRT", "C@######"), ("CHE", "X#######"), ("MEX", "G########"),
)  # fmt: skip
"""Country and the form of its numbers; ``&`` is one of the letters and digits that cannot be mistaken."""

_CLEAR: Final = "0123456789CFGHJKLMNPRTVWXYZ"
_WEIGHTS: Final = (7, 3, 1)
_LINE = 44


def passport(rng: Random, half: Half) -> Sample:
    """A number, which only a word or a name beside it tells for one, or the two lines of a zone."""
    country, pattern = pick(rng, PATTERNS, half)
    number = draw_for(half, lambda: passport_number(rng, pattern), str)
    if rng.random() < 0.4:
        form, between = rng.choice((("zone lines", "\n"), ("zone lines", "\n"), ("zone on one line", " ")))
        return Sample(IssueCode.SECURITY_PII_PASSPORT, zone(rng, country, number, between), form)
    return Sample(IssueCode.SECURITY_PII_PASSPORT, number, f"{country} number", Stands.IN_CONTEXT)


def passport_number(rng: Random, pattern: str) -> str:
    """A number by the country's pattern."""
    return "".join(letters(rng, _CLEAR, 1) if sign == "&" else sign for sign in filled(rng, pattern))


def zone(rng: Random, country: str, number: str, between: str) -> str:
    """Two lines of 44, with their five check digits."""
    issuer = "D" if country == "DEU" else country
    holder = f"P<{issuer:<<3}{family(rng)}<<{given(rng)}<{given(rng)}".upper()
    document = f"{number:<<9}"
    birth = f"{rng.randint(40, 99)}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}"
    expiry = f"{rng.randint(27, 36)}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}"
    personal = f"{letters(rng, '0123456789', rng.choice((0, 0, 9))):<<14}"
    fields = [document, birth, expiry, personal]
    checked = [field + check_digit(field) for field in fields]
    sex = rng.choice("MF<")
    line = f"{checked[0]}{issuer:<<3}{checked[1]}{sex}{checked[2]}{checked[3]}"
    return f"{holder:<<{_LINE}}{between}{line}{check_digit(''.join(checked))}"


def check_digit(field: str) -> str:
    """Weights 7, 3, 1; letters are 10 … 35, the filler is 0."""
    values = (0 if sign == "<" else int(sign, 36) for sign in field)
    return str(sum(value * _WEIGHTS[place % 3] for place, value in enumerate(values)) % 10)
