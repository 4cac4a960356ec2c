"""Payment cards: issuer range, length, Luhn, and groups as people write them."""

import re
from collections.abc import Iterator
from typing import Final

from .text import Context, Span, Text

_CANDIDATE = re.compile(
    r"(?:(?<![0-9A-Za-z])|(?<=\\[nrt]))(?<![0-9]\.)"
    r"(?:(?P<run>[0-9]{12,19}|(?<!-)[0-9]{4}([-._/+ ]{1,3})[0-9]{6}\2[0-9]{4,5}|(?<!-)[0-9]{6}[-._/+ ]{1,3}[0-9]{13})"
    r"(?![0-9A-Za-z]|\.[0-9])"
    r"|(?<!-)(?P<groups>[0-9]{4}([-._/+ ]{1,3})[0-9]{4}\4[0-9]{4}\4[0-9]{1,4}(?![0-9A-Za-z]))(?P<more>\4[0-9]{1,3}(?![0-9A-Za-z]))?)",
    re.ASCII,
)
"""One number as a whole; the separator is the same everywhere. What follows four groups may belong to it or not."""

_ISSUERS: Final = (
    # digits at the start, from and to; lengths
    ("4", "4", {13, 16, 19}),  # Visa
    ("51", "55", {16}),  # Mastercard
    ("2221", "2720", {16}),
    ("34", "34", {15}),  # American Express
    ("37", "37", {15}),
    ("300", "305", {14, 16}),  # Diners Club
    ("3095", "3095", {14, 16}),
    ("36", "36", {14, 16}),
    ("38", "39", {14, 16}),
    ("6011", "6011", {16, 19}),  # Discover
    ("644", "649", {16, 19}),
    ("65", "65", {16, 19}),
    ("3528", "3589", {16, 19}),  # JCB
    ("1800", "1800", {15}),
    ("2131", "2131", {15}),
    ("62", "62", {16, 17, 18, 19}),  # UnionPay
    ("81", "82", {16, 17, 18, 19}),
    ("2200", "2204", {16, 17, 18, 19}),  # Mir
    ("60", "60", {16}),  # RuPay
    ("508", "508", {16}),
    ("5018", "5018", {12, 13, 14, 15, 16, 17, 18, 19}),  # Maestro
    ("5020", "5020", {12, 13, 14, 15, 16, 17, 18, 19}),
    ("5038", "5038", {12, 13, 14, 15, 16, 17, 18, 19}),
    ("56", "58", {12, 13, 14, 15, 16, 17, 18, 19}),
    ("6304", "6304", {12, 13, 14, 15, 16, 17, 18, 19}),
    ("6390", "6390", {12, 13, 14, 15, 16, 17, 18, 19}),
    ("6759", "6763", {12, 13, 14, 15, 16, 17, 18, 19}),
)
_STRONG: Final = frozenset({14, 15, 16})
"""Lengths that hardly anything but a card has; the others are also those of ids and times."""
_NOT_A_DIGIT = re.compile(r"[^0-9]")


def cards(candidate: Text) -> Iterator[Span]:
    """Card numbers, unbroken or in groups."""
    counter = bool(candidate.context & Context.COUNTER)
    for match in _CANDIDATE.finditer(candidate.text):
        candidate.effort.spend(5)
        start, end = match.span()
        ends = (end, match.end("groups")) if match["more"] else (end,)
        for stop in ends:
            digits = _NOT_A_DIGIT.sub("", candidate.text[start:stop])
            if is_card(digits) and not (counter and match["run"] and len(digits) not in _STRONG):
                yield start, stop
                break


def is_card(digits: str) -> bool:
    """Whether the digits have a known issuer, a length that it uses, and the right check digit."""
    return (
        any(low <= digits[: len(low)] <= high and len(digits) in lengths for low, high, lengths in _ISSUERS)
        and luhn(digits)
        and len(set(digits)) > 1
    )


def luhn(digits: str) -> bool:
    """ISO/IEC 7812-1, annex B."""
    total = sum(map(int, digits[-1::-2]))
    return (total + sum(_DOUBLED[int(digit)] for digit in digits[-2::-2])) % 10 == 0


_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
