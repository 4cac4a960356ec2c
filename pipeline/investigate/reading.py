"""Reading documents of ours without trusting them: what is not as it should be counts as not there. Never raises (D-15)."""

import orjson

from ..core import headers as names
from ..core.document import Json
from ..core.record import Record


def document_of(value: bytes | None) -> dict[str, Json]:
    """The JSON object; an empty one for anything else."""
    try:
        document: Json = orjson.loads(value or b"")
    except orjson.JSONDecodeError:
        return {}
    return document if isinstance(document, dict) else {}


def member(document: Json, *way: str) -> Json:
    """What stands there; ``None`` where there is nothing."""
    for name in way:
        document = document.get(name) if isinstance(document, dict) else None
    return document


def text(document: Json, *way: str) -> str:
    """The text there; empty for anything else."""
    value = member(document, *way)
    return value if isinstance(value, str) else ""


def number(document: Json, *way: str) -> int:
    """The integer there; 0 for anything else."""
    value = member(document, *way)
    return value if type(value) is int else 0


def rows(document: Json, *way: str) -> list[dict[str, Json]]:
    """The objects of the list there."""
    value = member(document, *way)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def texts(document: Json, *way: str) -> list[str]:
    """The texts of the list there."""
    value = member(document, *way)
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def source_text(document: Json, *way: str) -> str:
    """``topic/partition/offset`` of an object that says so; empty for anything else."""
    place = member(document, *way)
    if isinstance(place, dict) and text(place, "topic"):
        return f"{text(place, 'topic')}/{number(place, 'partition')}/{number(place, 'offset')}"
    return ""


def header(record: Record, name: str) -> str:
    """The text of a header; empty when there is none."""
    return (names.first(record.headers, name) or b"").decode("utf-8", "replace")


def place_of(record: Record) -> str:
    """Where the record lies."""
    return f"{record.topic}/{record.partition}/{record.offset}"
