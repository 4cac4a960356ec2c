"""Erasing all that was ever sealed for a tenant, by destroying its key (RELIABILITY, data at rest).

In two steps: the first says what will be lost and gives a token, the second needs the token. The token is derived from
the key, so it does not fit another tenant, nor a key that was made after the one that was looked at.
"""

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from assay.pipeline.core import headers as names
from assay.pipeline.core.clock import NANOS_PER_SECOND, Clock
from assay.pipeline.core.document import Json
from assay.pipeline.core.errors import RefusedError, SealError
from assay.pipeline.core.record import RawRecord
from assay.pipeline.core.sealed import Opener
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.dispose.opening import open_envelope

from .audit.reader import TopicReader
from .audit_log import AuditLog
from .sealing import KeyProvider
from .settings import Settings
from .topics import topic_name

HOUR_NS = 3600 * NANOS_PER_SECOND
SEALED_ON = (TopicRole.INVALID, TopicRole.CLASSIFIED, TopicRole.QUARANTINE, TopicRole.DEAD_LETTER)
"""Topics that carry envelopes. Receipts and task commands of the tenant are sealed by the same key."""


@dataclass(frozen=True, slots=True)
class Count:
    """A tenant's envelopes on a topic."""

    opens: int = 0
    sealed_for_ever: int = 0


def token_of(provider: KeyProvider, tenant: str, clock: Clock) -> str:
    """What the second step needs; good until the end of the next hour. Raises :class:`RefusedError` without a key."""
    return _token(_kid(provider, tenant), tenant, clock.now_ns() // HOUR_NS)


async def shred(
    provider: KeyProvider, log: AuditLog, clock: Clock, *, tenant: str, token: str, actor: str, reason: str
) -> None:
    """Destroy the tenant's key. Before and after it the audit log says so.

    Raises :class:`RefusedError` for a token that does not fit; what the audit log raises: then nothing was destroyed.
    """
    kid, hour = _kid(provider, tenant), clock.now_ns() // HOUR_NS
    if token not in {_token(kid, tenant, hour), _token(kid, tenant, hour - 1)}:
        raise RefusedError(
            "the token does not fit: look again at what would be lost, and use the token of today"
        )
    await log.append(actor, "tenant.shred", tenant, reason, clock.now_ns())
    await asyncio.to_thread(provider.destroy, tenant)
    await log.append(actor, "tenant.shredded", tenant, reason, clock.now_ns())


def _kid(provider: KeyProvider, tenant: str) -> str:
    kid = provider.active_kid(tenant)
    if kid is None:
        raise RefusedError(
            f"tenant {tenant} has no key: nothing was sealed for it, or it was shredded before"
        )
    return kid


def _token(kid: str, tenant: str, hour: int) -> str:
    return hashlib.sha256(f"assay shred\0{kid}\0{tenant}\0{hour}".encode()).hexdigest()[:10]


def count_envelopes(settings: Settings, tenant: str, opener: Opener) -> Mapping[TopicRole, Count]:
    """How many of a tenant's envelopes open now, by topic; each is tried. Blocks.

    Raises ``DependencyUnavailableError``.
    """
    counts: dict[TopicRole, Count] = {}
    with TopicReader(settings) as reader:
        for role in SEALED_ON:
            places = reader.partitions((), [topic_name(role, settings.topic_prefix)])
            starts, ends = reader.low(places), reader.stable(places)
            opens = [0, 0]

            def take(record: RawRecord, opens: list[int] = opens) -> None:
                if names.first(record.headers, names.TENANT) == tenant.encode():
                    opens[_opens(record, opener)] += 1

            reader.read({place: (starts[place], ends[place]) for place in places}, take)
            counts[role] = Count(opens[True], opens[False])
    return counts


def _opens(record: RawRecord, opener: Opener) -> bool:
    try:
        document: Json = orjson.loads(record.value or b"")
        open_envelope(document, opener)
    except (SealError, orjson.JSONDecodeError):
        return False
    return True
