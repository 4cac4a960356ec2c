"""JSON as a producer writes it, with single texts escaped; and the ways in which a text hides in another."""

import json
from base64 import b64encode
from random import Random
from typing import Final
from urllib.parse import quote, quote_plus

from ...core.document import Json

ZERO_WIDTH: Final = "\u200b\u200c\u200d\u2060\ufeff"
_FULL_WIDTH: Final = {ord(sign): ord(sign) + 0xFEE0 for sign in "0123456789@"}


class Escaped(str):
    """A text that is written with an escape for every sign of it."""

    __slots__ = ()


def write(document: Json) -> str:
    """The JSON text of a document."""
    match document:
        case Escaped():
            units = document.encode("utf-16-be").hex()
            return '"' + "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4)) + '"'
        case dict():
            members = (f"{write(key)}: {write(value)}" for key, value in document.items())
            return "{" + ", ".join(members) + "}"
        case list():
            return "[" + ", ".join(map(write, document)) + "]"
        case _:
            return json.dumps(document, ensure_ascii=False)


def full_width(text: str) -> str:
    """Digits and the at sign as East Asian fonts have them; NFKC gives the plain ones back."""
    return text.translate(_FULL_WIDTH)


def with_zero_width(rng: Random, text: str) -> str:
    """One to three signs of no width between the others."""
    for _ in range(rng.randint(1, 3)):
        at = rng.randint(1, len(text) - 1)
        text = text[:at] + rng.choice(ZERO_WIDTH) + text[at:]
    return text


def in_base64(text: str) -> str:
    """Of its UTF-8 bytes, with padding."""
    return b64encode(text.encode()).decode()


def in_percent(text: str) -> str:
    """Every sign that means something in a URL as ``%XX``."""
    return quote(text, safe="")


def in_query(rng: Random, field: str, text: str) -> str:
    """A path and its query; forms write a space as ``+``, programs as ``%20``."""
    encoded = quote_plus(text) if rng.random() < 0.3 else in_percent(text)
    before = rng.choice(("", "page=2&", "lang=en&sort=desc&"))
    after = rng.choice(("", "&limit=50", "&v=3&debug=false"))
    start = rng.choice(
        ("/v2/search", "https://portal.assay.internal/lookup", "/api/orders/export", "/callback")
    )
    return f"{start}?{before}{field}={encoded}{after}"
