"""An event about a failing trace, read by the auditor: headers, key and document must say the same of it."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from assay.pipeline.core import headers as names
from assay.pipeline.core.record import Record, Source

from .documents import document_of, text_of
from .marks import parse_source


class Event(NamedTuple):
    """What an event says, and what is wrong with how it says so."""

    headers: Mapping[str, str]
    source: Source | None
    document: dict[str, Any]
    """Empty when it holds none."""
    fingerprint: str
    faults: tuple[str, ...]


def read_event(record: Record) -> Event:
    """Never raises; what is missing or odd is a fault."""
    headers = {name: (content or b"").decode("utf-8", "replace") for name, content in record.headers}
    source = parse_source(headers.get(names.SRC, ""))
    document = document_of(record.value) or {}
    faults = [*source_faults(document, source)]
    named = text_of(document.get("fingerprint"))
    if not named or named != headers.get(names.CE_SUBJECT) or named.encode() != record.key:
        faults.append("fingerprint, key and ce_subject are not one")
    return Event(headers, source, document, named, tuple(faults))


def source_faults(document: Mapping[str, Any], source: Source | None) -> Iterator[str]:
    """The fault, when a document's member ``source`` is not the source that the headers name."""
    place = document.get("source")
    if not isinstance(place, dict) or str(source) != (
        f"{place.get('topic')}/{place.get('partition')}/{place.get('offset')}"
    ):
        yield "its source is not the one of header assay-src"
