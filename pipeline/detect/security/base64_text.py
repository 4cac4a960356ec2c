"""Base64 that hides a text, told from ids and words by its first characters.

Base64 of printable ASCII, of letters of two bytes in UTF-8 among it, or of three-byte UTF-8, uses a part of the
alphabet only, and which part depends on the place in the group of four: three such groups in a row do not come
about by chance.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Final

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_CONTROL = frozenset((0x09, 0x0A, 0x0D))
_PRINTABLE = frozenset(range(0x20, 0x7F)) | _CONTROL
_LEAD, _TAIL = frozenset(range(0xE0, 0xF0)), frozenset(range(0x80, 0xC0))
_LATIN_OR_GREEK = frozenset((0xC3, 0xC4, 0xC5, 0xCE, 0xCF))
_LEAD_OF_TWO = _LATIN_OR_GREEK | {0xD0, 0xD1}
"""Of the letters of Latin scripts, Greek and Cyrillic."""
_SLASH: Final = 63


def _class(sextets: set[int], *, escaped: bool) -> str:
    letters = [_ALPHABET[sextet] for sextet in sorted(sextets)]
    letters += [other for sextet, other in ((62, "-"), (63, "_")) if sextet in sextets]
    one = "[" + "".join(f"\\x{ord(letter):02x}" for letter in letters) + "]"
    return rf"(?:{one}|\\+/)" if escaped and _SLASH in sextets else one


def _group(first: frozenset[int], second: frozenset[int], third: frozenset[int], *, escaped: bool) -> str:
    """Four characters that stand for three bytes of these kinds."""
    sextets = (
        {byte >> 2 for byte in first},
        {(one & 3) << 4 | two >> 4 for one in first for two in second},
        {(two & 15) << 2 | three >> 6 for two in second for three in third},
        {byte & 63 for byte in third},
    )
    return "".join(_class(each, escaped=escaped) for each in sextets)


def _three_groups(*, escaped: bool = False) -> str:
    """Twelve characters. A letter of two bytes may begin in one group and end in the next."""

    def kinds(*groups: tuple[frozenset[int], frozenset[int], frozenset[int]]) -> str:
        return "(?:" + "|".join(_group(*each, escaped=escaped) for each in groups) + ")"

    # A Cyrillic letter before an ASCII one is left out: hexadecimal ids hold many of those.
    a, lead, tail = _PRINTABLE, _LEAD_OF_TWO, _TAIL
    whole = kinds((a, a, a), (a, lead, tail), (_LATIN_OR_GREEK, tail, a), (_LEAD, _TAIL, _TAIL))
    begins, ends = kinds((a, a, lead), (lead, tail, lead)), kinds((tail, a, a), (tail, lead, tail))
    between = kinds((tail, a, lead))
    last = f"(?:{whole}|{begins})"
    return f"(?:{whole}(?:{whole}{last}|{begins}(?:{ends}|{between}))|{begins}(?:{ends}{last}|{between}(?:{ends}|{between})))"


FIRST_BYTES: Final = _three_groups(escaped=True).encode()
"""Matches the first twelve characters; some writers of JSON put a backslash before ``/``."""

_RUN = re.compile(rf"(?:(?<![0-9A-Za-z])|(?<=\\[nrt]))(?={_three_groups()})[0-9A-Za-z+/_-]{{12,}}")


def base64_texts(text: str) -> Iterator[str]:
    """The texts that stand in base64 in this text; each stretch is read once."""
    for match in _RUN.finditer(text):
        run = match[0].replace("-", "+").replace("_", "/")
        run = run[: len(run) - 1] if len(run) % 4 == 1 else run
        try:
            data = base64.b64decode(run + "=" * (-len(run) % 4))
        except binascii.Error:
            continue
        yield data.decode(errors="ignore")
