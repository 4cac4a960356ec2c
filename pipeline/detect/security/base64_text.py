"""Base64 that hides a text, told from ids and words by its first characters.

Base64 of printable ASCII, or of three-byte UTF-8, uses a part of the alphabet only, and which part depends on
the place in the group of four: three such groups in a row do not come about by chance.
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


def _class(sextets: set[int]) -> str:
    letters = [_ALPHABET[sextet] for sextet in sorted(sextets)]
    letters += [other for sextet, other in ((62, "-"), (63, "_")) if sextet in sextets]
    return "[" + "".join(f"\\x{ord(letter):02x}" for letter in letters) + "]"


def _group(first: frozenset[int], second: frozenset[int], third: frozenset[int]) -> list[str]:
    """Four characters that stand for three bytes of these kinds."""
    return [
        _class({byte >> 2 for byte in first}),
        _class({(one & 3) << 4 | two >> 4 for one in first for two in second}),
        _class({(two & 15) << 2 | three >> 6 for two in second for three in third}),
        _class({byte & 63 for byte in third}),
    ]


_ASCII, _WIDE = _group(_PRINTABLE, _PRINTABLE, _PRINTABLE), _group(_LEAD, _TAIL, _TAIL)
_THREE_BYTES = f"(?:{''.join(_ASCII)}|{''.join(_WIDE)})"
_SLASH = r"|\\+/"
_ESCAPED = "|".join("".join((*group[:3], f"(?:{group[3]}{_SLASH})")) for group in (_ASCII, _WIDE))
FIRST_BYTES: Final = f"(?:{_ESCAPED}){{3}}".encode()
"""Matches the first twelve characters; some writers of JSON put a backslash before ``/``, which only the fourth can be."""

_RUN = re.compile(rf"(?:(?<![0-9A-Za-z])|(?<=\\[nrt]))(?={_THREE_BYTES}{{3}})[0-9A-Za-z+/_-]{{12,}}")


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
