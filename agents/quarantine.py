"""What lies in quarantine: found through its view, opened from its topic (DESIGN 8, 9).

The view names the record; the record itself is read from traces.quarantine, and opened with the tenant's key. Opening is
written to the audit log before it is done.
"""

import asyncio
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from assay.pipeline.core.clock import Clock
from assay.pipeline.core.document import Json
from assay.pipeline.core.errors import PermanentError, RefusedError
from assay.pipeline.core.record import RawRecord, Source
from assay.pipeline.core.sealed import Opener
from assay.pipeline.dispose.opening import open_envelope
from assay.pipeline.dispose.payload import Payload
from assay.pipeline.views.quarantined import COLLECTION, KEPT_MS

from .audit.facts import Place
from .audit.reader import TopicReader
from .audit_log import AuditLog
from .settings import Settings
from .stores.view_reader import Shown, view_reader
from .views.specs import QUARANTINE


class NotContainedError(PermanentError):
    """No such trace lies in quarantine, or it is another tenant's: nobody is told which of the two."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which contained traces. What is empty lets all through."""

    tenant: str = ""
    code: str = ""
    severity: str = ""
    fingerprint: str = ""
    topic: str = ""
    since_ms: int = 0
    most: int = 50

    def indexes(self) -> list[str]:
        """Those that hold all of them, and nothing else."""
        words = {
            "code": self.code,
            "severity": self.severity,
            "fingerprint": self.fingerprint,
            "topic": self.topic,
        }
        return [f"{name}={word}" for name, word in words.items() if word]


async def contained(settings: Settings, wanted: Wanted, now_ms: int) -> Sequence[Shown]:
    """The newest of them. What is past its time is not there, even before it is removed."""
    reader = view_reader(settings, QUARANTINE, wanted.tenant)
    oldest = max(now_ms - KEPT_MS, wanted.since_ms)
    try:
        return await reader.documents(COLLECTION, wanted.indexes(), oldest=oldest, most=wanted.most)
    finally:
        await reader.close()


async def one_contained(settings: Settings, source: str, tenant: str = "") -> Shown:
    """The entry of a trace, by the source of its first try. Raises :class:`NotContainedError`."""
    reader = view_reader(settings, QUARANTINE, tenant)
    try:
        found = await reader.document(COLLECTION, source)
    finally:
        await reader.close()
    if found is None:
        raise NotContainedError(f"{source} is not in quarantine")
    return found


async def open_contained(
    settings: Settings, found: Shown, log: AuditLog, opener: Opener, clock: Clock, *, actor: str, reason: str
) -> Payload:
    """Key, value and headers as they came. Whoever calls this shows them to the person who asked, and to nobody else.

    Raises :class:`RefusedError` where opening is not allowed; ``SealError`` when the tenant's key is gone or anything was
    altered; what the audit log raises: then nothing was opened.
    """
    if not settings.may_open_traces:
        raise RefusedError("sealed traces may not be opened here: ASSAY_MAY_OPEN_TRACES is not set")
    await log.append(actor, "quarantine.open", found.id, reason, clock.now_ns())
    record = await asyncio.to_thread(_read, settings, Source.parse(str(found.document["record"])))
    if record is None:
        raise NotContainedError(f"{found.id} is no longer on the topic: its time is over")
    return open_envelope(_document(record), opener)


def readable(payload: Payload) -> dict[str, Json]:
    """An opened trace for JSON: texts as they are, and what is no UTF-8 as ``{"base64": …}``."""
    return {
        "key": _text(payload.key),
        "value": _text(payload.value),
        "headers": [[name, _text(content)] for name, content in payload.headers],
    }


def _text(content: bytes | None) -> Json:
    if content is None:
        return None
    try:
        return content.decode()
    except UnicodeDecodeError:
        return {"base64": b64encode(content).decode()}


def _read(settings: Settings, place: Source) -> RawRecord | None:
    found: list[RawRecord] = []
    with TopicReader(settings) as reader:
        at = Place(place.topic, place.partition)
        start, end = reader.low([at])[at], reader.stable([at])[at]
        if start <= place.offset < end:
            reader.read({at: (place.offset, place.offset + 1)}, found.append)
    return found[0] if found else None


def _document(record: RawRecord) -> Json:
    try:
        document: Json = orjson.loads(record.value or b"")
    except orjson.JSONDecodeError:
        return None
    return document
