"""A large text replaced by what it can be known again by; the text itself stays in the raw record (header ``assay-src``)."""

import hashlib
from collections.abc import Iterator

from ..core.document import Json

Tokens = tuple[str, ...]


def claim_check(text: str) -> str:
    """``claim-check sha256:<hex> bytes:<n>``, of the text in UTF-8. A text, so that it fits where one is declared."""
    encoded = text.encode("utf-8", "surrogatepass")
    return f"claim-check sha256:{hashlib.sha256(encoded).hexdigest()} bytes:{len(encoded)}"


def large_texts(value: Json, place: Tokens, at_least: int) -> Iterator[tuple[Tokens, str]]:
    """Every text of so many bytes or more at a place and below it, with its own place; in order of the document."""
    match value:
        case str() if len(value) >= at_least or _size(value, at_least) >= at_least:
            yield place, value
        case dict():
            for name, member in value.items():
                if isinstance(member, str | dict | list):
                    yield from large_texts(member, (*place, name), at_least)
        case list():
            for index, element in enumerate(value):
                if isinstance(element, str | dict | list):
                    yield from large_texts(element, (*place, str(index)), at_least)
        case _:
            pass


def _size(text: str, at_least: int) -> int:
    """Bytes of the text; not counted where it is too short for it to matter."""
    return len(text.encode("utf-8", "surrogatepass")) if len(text) * 4 >= at_least else 0
