"""The view ``quarantine``: what lies on traces.quarantine, by tenant, code, fingerprint, severity, source and time.

Metadata only; the sealed payload stays on its topic. A trace that was replayed and contained again is one entry, that of
its last attempt.
"""

from collections.abc import Sequence

import orjson

from ..core import headers as names
from ..core.document import Json
from ..core.record import Record
from .delta import ALL, Delta, Put
from .reading import document_of, number, rows, text

VIEW = "quarantine"
COLLECTION = "traces"
KEPT_MS = 89 * 86_400_000
"""A day less than the topic keeps the records: an entry never points to nothing."""
MOST_CODES = 32
"""Codes of one trace that it can be found by."""
NONE = "none"


def fold_quarantined(records: Sequence[Record]) -> list[Delta]:
    """See :class:`~assay.pipeline.views.delta.Fold`. A record whose source nobody can tell is known by its own place."""
    return [_put(record) for record in records]


def expires_ms(at_ms: int) -> int:
    """When an entry of that time leaves the view."""
    return at_ms + KEPT_MS


def _put(record: Record) -> Put:
    envelope = document_of(record.value) or {}
    place = f"{record.topic}/{record.partition}/{record.offset}"
    source = _header(record, names.SRC) or place
    origin = _header(record, names.REPLAY_OF) or source
    tenant = _header(record, names.TENANT) or NONE
    severity = _header(record, names.SEVERITY) or NONE
    fingerprint = _header(record, names.FINGERPRINT) or NONE
    codes = sorted({code for issue in rows(envelope, "issues") if (code := text(issue, "code"))})[:MOST_CODES]
    size = len(record.value or b"")
    document: dict[str, Json] = {
        "source": source,
        "origin": origin,
        "record": place,
        "at_ms": record.timestamp,
        "tenant": tenant,
        "severity": severity,
        "fingerprint": fingerprint,
        "reason": _header(record, names.REASON),
        "attempt": _header(record, names.ATTEMPT),
        "bundle": _header(record, names.BUNDLE),
        "failure_id": text(envelope, "failure_id"),
        "trace_id": text(envelope, "trace_id"),
        "subject": text(envelope, "subject"),
        "schema_version": text(envelope, "schema_version"),
        "producer": text(envelope, "producer", "name"),
        "producer_version": text(envelope, "producer", "version"),
        "team": text(envelope, "team"),
        "detected_at": text(envelope, "detected_at"),
        "codes": [*codes],
        "issues": number(envelope, "issues_total"),
        "bytes": size,
    }
    raw_topic = source.rsplit("/", 2)[0]
    return Put(
        COLLECTION,
        origin,
        record.timestamp,
        [
            ALL,
            f"tenant={tenant}",
            f"severity={severity}",
            f"fingerprint={fingerprint}",
            f"topic={raw_topic}",
            *(f"code={code}" for code in codes),
            *(f"tenant={tenant};code={code}" for code in codes),
            f"tenant={tenant};severity={severity}",
        ],
        {f"records={tenant}": 1, f"bytes={tenant}": size},
        orjson.dumps(document).decode(),
    )


def _header(record: Record, name: str) -> str:
    return (names.first(record.headers, name) or b"").decode("utf-8", "replace")
