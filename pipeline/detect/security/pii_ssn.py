"""United States social security numbers: ranges of area, group and serial number."""

import re
from collections.abc import Iterator
from typing import Final

from .text import Context, Span, Text
from .words import SSN_WORD

_GROUPED = re.compile(
    r"(?:(?<![0-9A-Za-z])|(?<=\\[nrt]))(?<![0-9][- ./])"
    r"([0-8][0-9]{2})([- +./])([0-9]{2})\2([0-9]{4})(?![0-9A-Za-z]|-[0-9A-Za-z]|[./][0-9])",
    re.ASCII,
)
_UNBROKEN = re.compile(
    r"(?<![0-9A-Za-z])(?<![0-9][-./])([0-8][0-9]{2})([0-9]{2})([0-9]{4})(?![0-9A-Za-z]|[-./][0-9])"
)
_PART_OF_AN_ID = re.compile(r"[0-9A-Za-z][-_]\Z")
_WORD = re.compile(SSN_WORD, re.ASCII)
_BEFORE: Final = 40
"""Characters in front of a number in which a word may say what it is,"""
_AFTER: Final = 30
"""and those behind it."""
_DIGITS: Final = 9


def ssns(candidate: Text) -> Iterator[Span]:
    """With dashes anywhere; with other separators or none where a word or a name says what it is."""
    text, context, _ = candidate
    named = bool(context & Context.SSN)
    if named and text.isdigit() and _DIGITS - 2 <= len(text) < _DIGITS:
        # A JSON number has lost its leading zeros.
        text = text.zfill(_DIGITS)
        if _UNBROKEN.fullmatch(text) and _assigned(text[:3], text[3:5], text[5:]):
            yield 0, len(candidate.text)
        return
    for match in _GROUPED.finditer(text):
        area, separator, group, serial = match.groups()
        told = named or _told(text, *match.span())
        alone = len(match[0]) == len(text.strip())
        if not told and not alone and (separator != "-" or _PART_OF_AN_ID.search(text, 0, match.start())):
            continue
        if _assigned(area, group, serial):
            yield match.span()
    for match in _UNBROKEN.finditer(text):
        if (named or _told(text, *match.span())) and _assigned(*match.groups()):
            yield match.span()


def _assigned(area: str, group: str, serial: str) -> bool:
    return area not in {"000", "666"} and area < "900" and group != "00" and serial != "0000"


def _told(text: str, start: int, end: int) -> bool:
    return (
        _WORD.search(text[max(0, start - _BEFORE) : start]) is not None
        or _WORD.search(text[end : end + _AFTER]) is not None
    )
