"""Payment card numbers: a brand's prefix and length, and the Luhn digit."""

from random import Random
from typing import Final, NamedTuple

from ...core.codes import IssueCode
from .case import Half, Sample
from .draw import draw_for, filled


class _Brand(NamedTuple):
    name: str
    prefixes: tuple[str, ...]
    lengths: tuple[int, ...]
    groups: tuple[int, ...]


_FOURS = (4, 4, 4, 4)
BRANDS: Final = (
    _Brand("visa", ("4",), (16,), _FOURS),
    _Brand("mastercard", ("51", "52", "53", "54", "55"), (16,), _FOURS),
    _Brand("mastercard2", ("2221", "2229", "223", "24", "25", "26", "270", "2720"), (16,), _FOURS),
    _Brand("amex", ("34", "37"), (15,), (4, 6, 5)),
    _Brand("discover", ("6011", "644", "647", "649", "65"), (16,), _FOURS),
    _Brand("jcb", ("3528", "353", "354", "357", "3589"), (16,), _FOURS),
    _Brand("diners", ("300", "305", "36", "38"), (14,), (4, 6, 4)),
    _Brand("unionpay", ("620", "622", "623", "625", "628"), (16, 19), (*_FOURS, 3)),
    _Brand("maestro", ("5018", "5020", "5038", "6304", "6759", "6761", "6763"), (16, 18, 19), (*_FOURS, 3)),
)
_SEPARATORS: Final = (("plain", ""), ("plain", ""), ("spaces", " "), ("spaces", " "), ("dashes", "-"))


def luhn_digit(payload: str) -> str:
    """The digit that makes payload + digit pass the Luhn test (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, digit in enumerate(reversed(payload)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


def may_be_card(text: str) -> bool:
    """Whether a text as a whole could be taken for a card: its length, first digit and Luhn digit are those of one."""
    number = text.replace(" ", "").replace("-", "")
    return (
        number.isascii()
        and number.isdigit()
        and 12 <= len(number) <= 19
        and number[0] in "23456"
        and luhn_digit(number[:-1]) == number[-1]
    )


def grouped(number: str, groups: tuple[int, ...], separator: str) -> str:
    """The number in groups of these sizes; digits that are left over stand in the last one."""
    parts, start = [], 0
    for size in groups:
        if start < len(number):
            parts.append(number[start : start + size])
        start += size
    return separator.join(parts)


def card(rng: Random, half: Half) -> Sample:
    """A number that a shop's form would take."""
    brand = rng.choice(BRANDS)
    number = draw_for(half, lambda: _number(rng, brand), str)
    style, separator = rng.choice(_SEPARATORS)
    text = grouped(number, brand.groups, separator) if separator else number
    return Sample(
        IssueCode.SECURITY_PII_CARD, text, f"{brand.name} {style}", number=None if separator else int(number)
    )


def _number(rng: Random, brand: _Brand) -> str:
    prefix, length = rng.choice(brand.prefixes), rng.choice(brand.lengths)
    payload = prefix + filled(rng, "#" * (length - len(prefix) - 1))
    return payload + luhn_digit(payload)
