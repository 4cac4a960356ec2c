"""A generic webhook, signed as Standard Webhooks says: HMAC-SHA256 over id, time and body."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

import orjson

from ..core.clock import rfc3339
from .message import Message
from .notice import Notice
from .values import NotOpened, NoValues, Opened, Values

TYPE = "assay.notification"
SECRET_PREFIX = "whsec_"  # noqa: S105 - what a secret begins with
LEAST_SECRET, MOST_SECRET = 24, 64
"""Bytes, as Standard Webhooks has it."""


def webhook_body(message: Message) -> bytes:
    """``type``, ``timestamp`` and ``data``; all steps of a digest are in it."""
    data: dict[str, Any] = {
        "id": message.id,
        "action": message.action.value,
        "incident": message.dedup_key,
        "severity": message.severity.value,
        "headline": message.headline,
        "environment": message.environment,
        "link": message.link,
        "digest": message.is_digest,
        "steps": [_step(notice) for notice in message.notices],
    }
    data |= _values(message.values)
    return orjson.dumps({"type": TYPE, "timestamp": rfc3339(message.at_ns), "data": data})


def webhook_headers(message: Message, body: bytes, secret: bytes, now_s: int) -> Mapping[str, str]:
    """The three headers; receivers drop what has an id that they know, or a time five minutes off."""
    # Ids of events have characters that a header, or the dots of what is signed, could not take.
    webhook_id = f"msg_{hashlib.sha256(message.id.encode()).hexdigest()[:32]}"
    signed = f"{webhook_id}.{now_s}.".encode() + body
    signature = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(now_s),
        "webhook-signature": f"v1,{signature}",
    }


def signing_key(secret: str) -> bytes | None:
    """The bytes of ``whsec_`` + base64; ``None`` for what is no such secret."""
    try:
        key = base64.b64decode(secret.strip().removeprefix(SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if LEAST_SECRET <= len(key) <= MOST_SECRET else None


def _step(notice: Notice) -> dict[str, Any]:
    return {
        "event_id": notice.event_id,
        "fingerprint": notice.fingerprint,
        "episode": notice.episode,
        "chain": notice.chain,
        "step": notice.step,
        "level": notice.level,
        "roles": [*notice.roles],
        "calls_when_confirmed": [*notice.calls],
        "reason": notice.reason,
        "severity": notice.severity.value,
        "category": notice.category,
        "code": notice.code,
        "tenant_id": notice.tenant,
        "rule": notice.rule,
        "team": notice.team,
        "count": notice.count,
        "at": rfc3339(notice.at_ns),
    }


def _values(values: Values) -> dict[str, Any]:
    match values:
        case NoValues():
            return {}
        case NotOpened(why):
            return {"values_not_opened": why}
        case Opened(document):
            return {"values": document}
