"""What came of a message, as an event: the outbox's memory (S0-83, S0-201)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from ..core import headers as names
from ..core.clock import rfc3339
from ..core.cloud_event import event_headers
from ..core.outgoing import Outgoing
from ..core.record import Record
from ..core.topics import TopicRole
from ..core.word import Word
from .answer import Reason
from .event_json import load, nanoseconds

SCHEMA = "assay/notification/1-0-0"
SOURCE = "/assay/notifier"
PREFIX = "assay.notification."


class Result(Word):
    """What came of it; the event's type is ``assay.notification.<result>.v1``."""

    SENT = "sent"
    FAILED = "failed"
    """It will be tried again at ``next_at``."""
    UNDELIVERABLE = "undeliverable"
    """It will not be tried again, and nobody has heard of it on this channel."""
    CANCELLED = "cancelled"
    """The need for it passed before it was sent."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One word on one message: a message is a step's event and a channel."""

    event_id: str
    """Of the step's event."""
    channel: str
    fingerprint: str
    result: Result
    reason: Reason
    attempts: int
    """How often it was tried, this time included."""
    at_ns: int
    channels: Sequence[str]
    """Through which channels the step goes: decided once, so that a later policy sends nothing again."""
    next_at_ns: int | None = None
    status: int | None = None
    digest: str | None = None
    """The id of the digest that told of it together with others."""


def outgoing(attempt: Attempt, partition: int) -> Outgoing:
    """The record, beside the step that it is about: on the same partition, with the same key."""
    event_id = f"{attempt.event_id}/{attempt.channel}/{attempt.result}/{attempt.attempts}"
    at = rfc3339(attempt.at_ns)
    data: dict[str, Any] = {
        "schema": SCHEMA,
        "event_id": attempt.event_id,
        "channel": attempt.channel,
        "fingerprint": attempt.fingerprint,
        "result": attempt.result.value,
        "reason": attempt.reason.value,
        "attempts": attempt.attempts,
        "at": at,
        "next_at": None if attempt.next_at_ns is None else rfc3339(attempt.next_at_ns),
        "status": attempt.status,
        "digest": attempt.digest,
        "channels": [*attempt.channels],
    }
    headers = event_headers(
        event_id=event_id,
        source=SOURCE,
        event_type=f"{PREFIX}{attempt.result}.v1",
        at=at,
        subject=attempt.fingerprint,
    )
    key = attempt.fingerprint.encode()
    return Outgoing(TopicRole.ESCALATIONS, partition, key, orjson.dumps(data), headers, None)


def read_attempt(record: Record) -> Attempt | None:
    """The inverse; ``None`` for a record that is no such event, or not one of ours."""
    kind = names.first(record.headers, names.CE_TYPE)
    if kind is None or not kind.startswith(PREFIX.encode()):
        return None
    data = load(record.value)
    at_ns = nanoseconds(data.get("at"))
    channels = data.get("channels")
    try:
        result, reason = Result(data["result"]), Reason(data["reason"])
        event_id, channel = str(data["event_id"]), str(data["channel"])
        attempts = int(data["attempts"])
    except (KeyError, ValueError, TypeError):
        return None
    if at_ns is None or not isinstance(channels, list):
        return None
    digest, status = data.get("digest"), data.get("status")
    return Attempt(
        event_id=event_id,
        channel=channel,
        fingerprint=str(data.get("fingerprint")),
        result=result,
        reason=reason,
        attempts=attempts,
        at_ns=at_ns,
        channels=tuple(str(name) for name in channels),
        next_at_ns=nanoseconds(data.get("next_at")),
        status=status if isinstance(status, int) else None,
        digest=digest if isinstance(digest, str) else None,
    )
