"""Passports: machine-readable zones by their check digits, numbers beside a word that says so."""

import re
from collections.abc import Iterator
from typing import Final

from .text import Context, Span, Text
from .words import PASSPORT_WORD

_LINE_2 = re.compile(
    r"(?:(?<![0-9A-Za-z<])|(?<=\\[nrt]))[A-Z0-9<]{9}[0-9<][A-Z<]{3}[0-9]{7}[MFX<][0-9]{7}[A-Z0-9<]{14}[0-9<][0-9](?![0-9A-Za-z<])"
)
"""The second line of a passport's zone (ICAO 9303, TD3), 44 characters."""
_NUMBER = re.compile(
    r"(?<![0-9A-Za-z])(?:(?=[A-Z]{0,3}[0-9])[0-9A-Z]{6,10}|[A-Z]{2}[0-9A-Z]{6}[0-9])(?![0-9A-Za-z]|[-./:][0-9])",
    re.ASCII,
)
_LONE_NUMBER = re.compile(r"[0-9A-Za-z]{6,10}")
_LETTERS_ANYWHERE = re.compile(r"[A-Z][0-9A-Z]{7}[0-9]")
"""As in Germany and the Netherlands: the digits may be few."""
_WORD = re.compile(PASSPORT_WORD, re.ASCII)
_OTHER = re.compile(r"expir|valid|issued|until|born|birth|date|order|phone", re.IGNORECASE | re.ASCII)
_AFTER: Final = 40
"""Characters behind the word in which its number stands."""
_WEIGHTS: Final = (7, 3, 1)
_LEAST_DIGITS: Final = 4
_FEWEST_DIGITS: Final = 2
"""In prose; under a name one is enough, where a word in capitals would not stand."""


def zones(candidate: Text) -> Iterator[Span]:
    """Second lines of machine-readable zones whose four check digits are right."""
    for match in _LINE_2.finditer(candidate.text):
        line = match[0]
        composite = line[0:10] + line[13:20] + line[21:43]
        if (
            _digit(line[0:9]) == line[9]
            and _digit(line[13:19]) == line[19]
            and _digit(line[21:27]) == line[27]
            and _digit(composite) == line[43]
        ):
            yield match.span()


def numbers(candidate: Text) -> Iterator[Span]:
    """Passport numbers where the name of the member, or a word shortly before, says that it is one."""
    text, context, _ = candidate
    if context & Context.PASSPORT:
        bare = re.sub(r"[ -]", "", text)
        if _LONE_NUMBER.fullmatch(bare) and (_has_digits(bare) or _LETTERS_ANYWHERE.fullmatch(bare)):
            yield 0, len(text)
            return
    for word in _WORD.finditer(text):
        behind = text[word.end() : word.end() + _AFTER]
        for match in _NUMBER.finditer(behind):
            if _has_digits(match[0]) and not _OTHER.search(behind, 0, match.start()):
                yield word.end() + match.start(), word.end() + match.end()


def _has_digits(number: str) -> bool:
    least = _FEWEST_DIGITS if _LETTERS_ANYWHERE.fullmatch(number) else _LEAST_DIGITS
    return sum(char.isdigit() for char in number) >= least


def _digit(field: str) -> str:
    """The check digit of a field: weights 7, 3, 1; letters count from 10, fillers nothing."""
    total = sum(_value(char) * _WEIGHTS[place % 3] for place, char in enumerate(field))
    return str(total % 10)


def _value(char: str) -> int:
    return 0 if char == "<" else int(char, 36)
