"""JSON Web Tokens: three parts, the first of which is a JSON header that names an algorithm."""

import base64
import binascii
import json
import re
from collections.abc import Iterator
from typing import Final

from .text import Span, Text

_TOKEN = re.compile(
    r"(?:(?<![0-9A-Za-z_-])|(?<=\\[nrt]))(e[yw][0-9A-Za-z_-]{8,4096})\.[0-9A-Za-z_-]{2,}\.[0-9A-Za-z_-]*(?:\.[0-9A-Za-z_-]+){0,2}",
    re.ASCII,
)
_MOST_HEADER: Final = 4096


def tokens(candidate: Text) -> Iterator[Span]:
    """Tokens, signed, encrypted or neither."""
    for match in _TOKEN.finditer(candidate.text):
        candidate.effort.spend(10)
        if _names_algorithm(match[1]):
            yield match.span()


def _names_algorithm(part: str) -> bool:
    try:
        header = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return False
    return isinstance(header, dict) and isinstance(header.get("alg"), str)
