"""Texts inside a text: JSON, URL encoding, base64."""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

import jiter

from ...core.document import Json
from .base64_text import base64_texts
from .signs import Sign

_ENCODED = re.compile(r"%[0-9A-Fa-f]{2}")
_BASE64: Final = int(Sign.BASE64)
_PERCENT: Final = int(Sign.PERCENT)


def as_json(text: str) -> dict[str, Json] | list[Json] | None:
    """The object or array that the text is; ``None`` when it is none, or hides a member behind its double."""
    start = text.lstrip()[:1]
    if start not in {"{", "["}:
        return None
    try:
        document: Json = jiter.from_json(text.encode(), catch_duplicate_keys=True)
    except ValueError:
        return None
    return document if isinstance(document, dict | list) else None


def decoded(text: str, signs: int) -> Iterator[tuple[str, str]]:
    """What the text says when it is decoded, with the name of the encoding; nothing when it is not encoded."""
    if signs & _PERCENT and _ENCODED.search(text):
        yield "url", unquote(text)
    if signs & _BASE64:
        for inner in base64_texts(text):
            yield "base64", inner
