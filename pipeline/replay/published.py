"""Repaired traces as undo sees them: their receipts, and what was published of them (ADR 8)."""

from typing import NamedTuple

import orjson

from ..core import headers as names
from ..core.clock import NANOS_PER_MILLI, ns_of
from ..core.document import Json
from ..core.outcome import Outcome
from ..core.record import Record, Source, source_of
from ..core.retraction import is_retraction_event
from .failed import Candidate
from .undo import Undo

_SCHEMA_PREFIX = "assay/receipt/1-"


class Repaired(NamedTuple):
    """A repair that is to be taken back, by its receipt."""

    repair_id: str
    fingerprint: str
    at_ms: int
    """When it was published."""


def read_repaired(undo: Undo, tenant: str, record: Record) -> Repaired | None:
    """What a record of ``quality.receipts`` says, if it is of a repair that is to be undone. Never raises.

    ``tenant``: only of this one; empty for all. What the receipt has sealed stays so.
    """
    if is_retraction_event(record):
        return None
    try:
        receipt: Json = orjson.loads(record.value or b"")
    except orjson.JSONDecodeError:
        return None
    match receipt:
        case {
            "schema": str(schema),
            "repair_id": str(repair_id),
            "rule": undo.rule,
            "version": undo.version,
            "result": "applied",
            "outcome": Outcome.REMEDIATED.value,
            "tenant_id": str(whose),
            "fingerprint": str(fingerprint),
            "at": str(at),
        } if schema.startswith(_SCHEMA_PREFIX) and tenant in {"", whose}:
            inside = undo.since <= at and (not undo.until or at < undo.until)
            return Repaired(repair_id, fingerprint, _millis(at)) if inside else None
        case _:
            return None


def read_published(record: Record) -> tuple[str, Candidate] | None:
    """Repair and trace of a record of ``traces.remediated``; ``None`` for a retraction and for what nobody can tell.

    The candidate has the time of its record; of more use is that of its receipt.
    """
    if names.first(record.headers, names.RETRACTS) is not None:
        return None
    repair = names.first(record.headers, names.RECEIPT)
    source = raw_of(record)
    if repair is None or source is None:
        return None
    root = _source(names.first(record.headers, names.REPLAY_OF)) or source
    attempt = names.first(record.headers, names.ATTEMPT) or b""
    number = int(attempt) if attempt.isdigit() and len(attempt) < 7 else 0
    candidate = Candidate(root, number, source_of(record), record.timestamp, crashed=False, readable=True)
    return repair.decode("utf-8", "replace"), candidate


def raw_of(record: Record) -> Source | None:
    """The raw record that a derived one was made of."""
    return _source(names.first(record.headers, names.SRC))


def _source(value: bytes | None) -> Source | None:
    try:
        return Source.parse((value or b"").decode())
    except ValueError:  # UnicodeDecodeError is one
        return None


def _millis(at: str) -> int:
    try:
        return ns_of(at) // NANOS_PER_MILLI
    except ValueError:
        return 0
