"""A failing trace at the end of its way, as replay sees it: read from quarantine or from the dead letter queue."""

from typing import NamedTuple

import orjson

from ..core import headers as names
from ..core.document import Json
from ..core.outcome import Reason
from ..core.record import Record, Source, source_of
from .request import ReplayFilter

_SCHEMA_PREFIX = "assay/failed_trace/1-"


class Candidate(NamedTuple):
    """What a job remembers of a failing trace until its turn comes."""

    root: Source
    """The first raw record."""
    attempt: int
    """Which try failed: 0 for the first pass."""
    place: Source
    """Where the envelope lies."""
    written_ms: int
    crashed: bool
    """Whether it ended worker processes."""
    readable: bool
    """Whether there is an envelope; without one there are no bytes to send again."""


class Failed(NamedTuple):
    """A failing trace with all that filters ask of it."""

    candidate: Candidate
    source: Source
    """The raw record of this try."""
    tenant: str
    codes: frozenset[str]
    fingerprint: str
    severity: str
    detected_at: str


def read_failed(record: Record) -> Failed | None:
    """What a record of quarantine or of the dead letter queue tells; ``None`` when not even its source is known.

    Never raises (D-15). What is no envelope is known by its headers only: it has no codes and no time.
    """
    source = _source(names.first(record.headers, names.SRC))
    if source is None:
        return None
    root = _source(names.first(record.headers, names.REPLAY_OF)) or source
    attempt = _number(names.first(record.headers, names.ATTEMPT))
    crashed = _text(record, names.REASON) == Reason.WORKER_CRASH
    document = read_envelope(record.value)
    candidate = Candidate(root, attempt, source_of(record), record.timestamp, crashed, document is not None)
    tenant, fingerprint = _text(record, names.TENANT), _text(record, names.FINGERPRINT)
    severity = _text(record, names.SEVERITY)
    if document is None:
        return Failed(candidate, source, tenant, frozenset(), fingerprint, severity, "")
    issues = document.get("issues")
    codes = {
        code
        for issue in (issues if isinstance(issues, list) else ())
        if isinstance(issue, dict) and isinstance(code := issue.get("code"), str)
    }
    detected_at = document.get("detected_at")
    return Failed(
        candidate,
        source,
        tenant,
        frozenset(codes),
        fingerprint,
        severity,
        detected_at if isinstance(detected_at, str) else "",
    )


def read_envelope(value: bytes | None) -> dict[str, Json] | None:
    """The envelope as JSON, or ``None`` for what is none. Never raises."""
    try:
        document: Json = orjson.loads(value or b"")
    except orjson.JSONDecodeError:
        return None
    if not isinstance(document, dict):
        return None
    schema = document.get("schema")
    return document if isinstance(schema, str) and schema.startswith(_SCHEMA_PREFIX) else None


def matches(wanted: ReplayFilter, failed: Failed) -> bool:
    """Whether a failing trace is one of those that the filter lets through."""
    return (
        wanted.tenant in {"", failed.tenant}
        and (not wanted.code or wanted.code in failed.codes)
        and wanted.fingerprint in {"", failed.fingerprint}
        and (wanted.severity is None or wanted.severity == failed.severity)
        and (not wanted.since or failed.detected_at >= wanted.since)
        and (not wanted.until or "" < failed.detected_at < wanted.until)
        and (not wanted.sources or failed.source in wanted.sources or failed.candidate.root in wanted.sources)
    )


def _source(value: bytes | None) -> Source | None:
    try:
        return Source.parse((value or b"").decode())
    except ValueError:  # UnicodeDecodeError is one
        return None


def _number(value: bytes | None) -> int:
    return int(value) if value is not None and value.isdigit() and len(value) < 10 else 0


def _text(record: Record, name: str) -> str:
    return (names.first(record.headers, name) or b"").decode("utf-8", "replace")
