"""Characters that are not what they look like: full-width digits, mathematical letters, zero-width joiners.

Which ones matter is worked out from the Unicode data of the interpreter, once in a process.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from itertools import chain
from typing import Final

_PLAIN = frozenset("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ@.+_/=<%~-")
_EVERYDAY = frozenset("\u00aa\u00ba\u00b2\u00b3\u00b9\uff1a\uff0f\uff5e")
"""Would normalise to one of those, and stand in ordinary prose: alone they are no sign of a disguise."""

_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20e3\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_INVISIBLES = re.compile(f"[{_INVISIBLE}]")
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\ufe58\ufe63\uff0d"
_SPACES = "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_TO_DASH: Final = {ord(dash): "-" for dash in _DASHES}
_OTHER_DIGIT = re.compile(r"(?![0-9])\d")

_RANGES = ((0x80, 0xD800), (0xE000, 0x11000), (0x1D400, 0x1D800), (0x1F100, 0x1F200), (0x1FBF0, 0x1FBFA))
"""Where Unicode keeps its variants of ASCII, and digits of other scripts."""


def undisguised(text: str) -> str:
    """The text as it reads: NFKC, nothing invisible, ASCII digits, plain dashes and spaces."""
    text = _INVISIBLES.sub("", text).translate(_TO_DASH)
    text = unicodedata.normalize("NFKC", text)
    return _OTHER_DIGIT.sub(lambda match: str(unicodedata.decimal(match[0])), text)


@cache
def disguise_pattern() -> bytes:
    """Matches UTF-8 bytes, or JSON's escapes, of a text that :func:`undisguised` makes worth reading again.

    Invisible characters count behind a visible ASCII one, dashes and spaces between digits or capitals:
    elsewhere they are typography and emoji.
    """
    variants = _utf8(map(ord, _variants()))
    invisible = _utf8(_expanded(_INVISIBLE))
    between = _utf8(map(ord, _DASHES + _SPACES))
    escaped = _escapes(chain(map(ord, _variants()), _expanded(_INVISIBLE), map(ord, _DASHES + _SPACES)))
    return b"|".join(
        (
            b"(?:%s)" % variants,
            rb"[0-9A-Za-z@._+ ()/<-](?:%s)" % invisible,
            rb"[0-9A-Z)] ?(?:%s) ?[0-9A-Z(+]" % between,
            rb"(?i:\\u(?:00[0-7]|d[89ab]|%s))" % escaped,
        )
    )


@cache
def _variants() -> tuple[str, ...]:
    return tuple(
        char
        for low, high in _RANGES
        for char in map(chr, range(low, high))
        if char not in _EVERYDAY and _is_variant(char)
    )


def _is_variant(char: str) -> bool:
    plain = unicodedata.normalize("NFKC", char)
    return (plain != char and plain in _PLAIN) or unicodedata.decimal(char, None) is not None


def _expanded(ranges: str) -> Iterable[int]:
    for match in re.finditer(r"(.)(?:-(.))?", ranges):
        yield from range(ord(match[1]), ord(match[2] or match[1]) + 1)


def _utf8(points: Iterable[int]) -> bytes:
    return _alternatives(chr(point).encode() for point in points)


def _escapes(points: Iterable[int]) -> bytes:
    return _alternatives(f"{point:04x}".encode() for point in points if point <= 0xFFFF)


def _alternatives(words: Iterable[bytes]) -> bytes:
    """The words as a pattern, those with the same beginning as one class of last bytes."""
    lasts: dict[bytes, set[int]] = defaultdict(set)
    for word in words:
        lasts[word[:-1]].add(word[-1])
    classes: dict[bytes, list[bytes]] = defaultdict(list)
    for start, ends in lasts.items():
        classes[b"".join(b"\\x%02x" % end for end in sorted(ends))].append(start)
    return b"|".join(
        b"(?:%s)[%s]" % (b"|".join(b"".join(b"\\x%02x" % byte for byte in start) for start in starts), ends)
        for ends, starts in classes.items()
    )
