"""Telephone numbers, confirmed by the numbering plans of ``phonenumbers``; only candidates get that far."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

import phonenumbers
import re2
from phonenumbers import NumberParseException, PhoneNumber

from .text import Context, Effort, Span, Text
from .words import PHONE_WORD

_INTERNATIONAL = re.compile(
    r"(?<![0-9A-Za-z+])\+ ?\(?[0-9](?:(?:[ ()./-]{0,3}|\+)[0-9]){6,16}(?![0-9A-Za-z])", re.ASCII
)
_NORTH_AMERICAN = re.compile(
    r"(?<![0-9A-Za-z])(?:\([2-9][0-9]{2}\) ?[-. ]?[2-9][0-9]{2}[-. ][0-9]{4}"
    r"|(?<![-./])[2-9][0-9]{2}-[2-9][0-9]{2}-[0-9]{4})(?![0-9A-Za-z]|[-./][0-9])",
    re.ASCII,
)
_GROUPED = re.compile(
    r"(?<![0-9A-Za-z%-])(?<![0-9][./])"
    r"\(?[0-9]{2,6}\)?(?:(?:[ +./-]{1,3}\(?[0-9]{2,8}\)?){2,5}|[ +./-]{1,3}\(?[0-9]{4,10}\)?)(?![0-9A-Za-z])",
    re.ASCII,
)
_UNBROKEN = re.compile(r"(?<![0-9A-Za-z%-])[0-9]{7,16}(?![0-9A-Za-z]|-[0-9a-z]{0,40}[a-z])", re.ASCII)
_DIALLED = re.compile(r"\(?(?:00|011(?=[ +./-]))[ +./-]{0,3}(?=[1-9])", re.ASCII)
"""What is dialled for the ``+``."""
_DATE = re.compile(
    r"(?:19|20)[0-9]{2}[ ./-][0-9]{1,2}[ ./-][0-9]{1,2}|[0-9]{1,2}[ ./-][0-9]{1,2}[ ./-](?:19|20)[0-9]{2}"
)
_WORD = re2.compile(PHONE_WORD)
_BEFORE: Final = 60
_LEAST_UNBROKEN: Final = 9
"""Digits in a row, in prose: fewer of them are more often an amount."""
_OTHER_IDS = re.compile(
    r"(?:order|invoice|ticket|sku|part|ref|serial|account|case|batch|id)\W{0,3}(?:no|nr|number|id)?\W{0,3}\Z",
    re.IGNORECASE | re.ASCII,
)
"""Words right before a number that make it something else, although it is grouped like one of North America."""
_NOT_A_DIGIT = re.compile(r"[^0-9]")
_MOST_DIGITS, _MOST_DIALLED = 13, 17


class Phones:
    """Finds numbers by the plans of some regions."""

    def __init__(self, regions: Sequence[str]) -> None:
        self._regions = tuple(regions)

    def formed(self, candidate: Text) -> Iterator[Span]:
        """Numbers with ``+``, and those grouped as in North America only."""
        text, context, effort = candidate
        for match in _INTERNATIONAL.finditer(text):
            effort.spend(60)
            if _is_international(match[0]) and not _DATE.search(match[0]):
                yield match.span()
        if "US" in self._regions and not context & Context.COUNTER:
            for match in _NORTH_AMERICAN.finditer(text):
                before = text[max(0, match.start() - _BEFORE) : match.start()]
                if not _OTHER_IDS.search(before):
                    yield match.span()

    def told(self, candidate: Text) -> Iterator[Span]:
        """Numbers of the regions where a name, or a word before them, tells."""
        text, context, effort = candidate
        named = bool(context & Context.PHONE)
        for start, end in ((0, len(text)),) if named else _told(text):
            for pattern in (_GROUPED, _UNBROKEN):
                for match in pattern.finditer(text, start, end):
                    if match.end() == end < len(text):
                        continue  # cut off
                    if not named and pattern is _UNBROKEN and len(match[0]) < _LEAST_UNBROKEN:
                        continue
                    if self._is_national(match[0], effort, unbroken=pattern is _UNBROKEN):
                        yield match.span()

    def _is_national(self, written: str, effort: Effort, *, unbroken: bool = False) -> bool:
        dialled = _DIALLED.match(written)
        most = _MOST_DIALLED if dialled else _MOST_DIGITS
        if _DATE.fullmatch(written) or not 7 <= len(_NOT_A_DIGIT.sub("", written)) <= most:
            return False
        if dialled and _is_international("+" + written[dialled.end() :]):
            return True
        effort.spend(60 * len(self._regions))
        if any(_is_valid(written, region) for region in self._regions):
            return True
        return unbroken and _is_international(f"+{written}")  # it lost its plus


def _is_international(written: str) -> bool:
    number = _parsed(written, None)
    if number is None or not phonenumbers.is_possible_number(number):
        return False
    # Made-up and newly opened ranges are possible and not valid: taken when they are written as people do.
    return phonenumbers.is_valid_number(number) or any(mark in written for mark in " (-")


def _is_valid(written: str, region: str) -> bool:
    number = _parsed(written, region)
    return number is not None and phonenumbers.is_valid_number_for_region(number, region)


def _parsed(written: str, region: str | None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(written[:1] + written[1:].replace("+", " "), region)
    except NumberParseException:
        return None


def _told(text: str) -> Iterator[Span]:
    """The stretches of a text right behind words that announce a number; no character is in two of them."""
    past = 0
    for word in _WORD.finditer(text):
        start, end = max(past, word.end() - 1), word.end() + _BEFORE
        if end > past:
            yield start, end
            past = end
