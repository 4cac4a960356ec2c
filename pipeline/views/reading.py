"""Members of documents as views need them: what is not there, or is something else, is the empty value (D-15)."""

from datetime import datetime

import orjson

from ..core.document import Json
from ..core.text import clip

MOST_TEXT = 500


def document_of(value: bytes | None) -> dict[str, Json] | None:
    """The object in these bytes; ``None`` for anything else."""
    try:
        document: Json = orjson.loads(value or b"")
    except orjson.JSONDecodeError:
        return None
    return document if isinstance(document, dict) else None


def text(document: Json, *way: str) -> str:
    """The text at the end of a way of member names."""
    for name in way:
        if not isinstance(document, dict):
            return ""
        document = document.get(name)
    return clip(document, MOST_TEXT) if isinstance(document, str) else ""


def number(document: Json, *way: str) -> int:
    """The whole number at the end of a way, 0 when it is none or negative."""
    for name in way:
        if not isinstance(document, dict):
            return 0
        document = document.get(name)
    return document if type(document) is int and document > 0 else 0


def rows(document: dict[str, Json], name: str) -> list[Json]:
    """The list of that name."""
    found = document.get(name)
    return found if isinstance(found, list) else []


def millis_of(moment: str) -> int:
    """Milliseconds since 1970 of an RFC 3339 time with nine digits and ``Z``; 0 for anything else."""
    try:
        seconds = datetime.fromisoformat(moment[:19] + "+00:00").timestamp()
        return int(seconds) * 1000 + int(moment[20:23]) if moment.endswith("Z") else 0
    except ValueError:
        return 0
