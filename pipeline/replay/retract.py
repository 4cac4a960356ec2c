"""What takes a repair back: a record behind the repaired trace, and an event for those who follow rules (ADR 8)."""

from typing import NamedTuple

import orjson

from ..core import headers as names
from ..core.cloud_event import event_headers
from ..core.outgoing import Outgoing
from ..core.record import Record, Source
from ..core.retraction import TYPE
from ..core.topics import TopicRole
from .undo import Undo

SCHEMA = "assay/retraction/1-0-0"
SOURCE = "/assay/replay"
_SAME = (names.SRC, names.TENANT, names.SHA256, names.ATTEMPT, names.REPLAY_OF, names.RECEIPT)
"""What the retraction says as the repaired trace said it, in this order."""


class Retraction(NamedTuple):
    """Why and in whose name a repaired trace is taken back."""

    undo: Undo
    job: str
    attempt: int
    """The try that takes its place."""
    bundle: str
    """Short id of the one in use."""
    at: str
    """RFC 3339, nine digits."""


def retraction(published: Record, source: Source, why: Retraction, now_ms: int) -> Outgoing:
    """The record for ``traces.remediated``: key and partition of the trace that it takes back, and no value.

    Behind it in the same partition, so a reader of the key meets both in this order. It is no outcome: it has neither
    ``assay-outcome`` nor ``assay-reason``.
    """
    came = dict(published.headers)
    headers: list[tuple[str, bytes | None]] = [(name, came[name]) for name in _SAME if name in came]
    headers += [
        (names.RETRACTS, str(source).encode()),
        (names.BUNDLE, why.bundle.encode()),
        (names.REPLAY_JOB, why.job.encode()),
        (names.REPLAY_WITHOUT, why.undo.rule_id.encode()),
    ]
    return Outgoing(TopicRole.REMEDIATED, published.partition, published.key, None, headers, now_ms)


def retraction_event(published: Record, source: Source, fingerprint: str, why: Retraction) -> Outgoing:
    """The same as a CloudEvent for ``quality.receipts``, beside the receipts that it is about. Holds ids only."""
    came = dict(published.headers)
    tenant, repair = _text(came.get(names.TENANT)), _text(came.get(names.RECEIPT))
    document = {
        "schema": SCHEMA,
        "repair_id": repair,
        "rule": why.undo.rule,
        "version": why.undo.version,
        "tenant_id": tenant,
        "source": {"topic": source.topic, "partition": source.partition, "offset": source.offset},
        "fingerprint": fingerprint,
        "job": why.job,
        "attempt": why.attempt,
        "bundle": why.bundle,
        "at": why.at,
    }
    headers = event_headers(
        event_id=f"{repair}/retracted",
        source=SOURCE,
        event_type=TYPE,
        at=why.at,
        subject=fingerprint,
        more=[(names.SRC, str(source).encode()), (names.TENANT, tenant.encode())],
    )
    return Outgoing(TopicRole.RECEIPTS, None, fingerprint.encode(), orjson.dumps(document), headers, None)


def _text(value: bytes | None) -> str:
    return (value or b"").decode("utf-8", "replace")
