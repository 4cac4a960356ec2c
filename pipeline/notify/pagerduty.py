"""PagerDuty Events API v2: the body of ``/v2/enqueue``, within its limits."""

import hashlib
from typing import Any

import orjson

from ..core.clock import rfc3339
from ..core.issue import Severity
from ..core.text import clip
from .message import Message
from .notice import Action
from .values import values_text

ROUTING_KEY_LENGTH = 32
MAX_SUMMARY = 1024
MAX_DEDUP_KEY = 255
MAX_BYTES = 512_000
"""The documented 512 KB, in the smaller of its two meanings."""
SEVERITIES = {
    Severity.CRITICAL: "critical",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "info",
}
TOO_LARGE = {"error": "The details were too large for PagerDuty and were left out; see assay issues show."}


def pagerduty_body(message: Message, routing_key: str) -> bytes:
    """The event. Acknowledging and resolving name the incident and say nothing more, as documented."""
    event: dict[str, Any] = {
        "routing_key": routing_key,
        "event_action": message.action.value,
        "dedup_key": _dedup_key(message.dedup_key),
    }
    if message.action is not Action.TRIGGER:
        return orjson.dumps(event)
    payload: dict[str, Any] = {
        "summary": clip(message.headline, MAX_SUMMARY),
        "source": f"assay/{message.environment}",
        "severity": SEVERITIES[message.severity],
        "timestamp": rfc3339(message.at_ns)[:23] + "Z",  # milliseconds: more digits are not promised to work
        "component": "escalation",
        "group": message.tenant,
        "class": message.code,
        "custom_details": _details(message),
    }
    event |= {"client": "Assay", "payload": payload}
    if message.link is not None:
        event |= {"client_url": message.link, "links": [{"href": message.link, "text": "The problem"}]}
    body = orjson.dumps(event)
    if len(body) <= MAX_BYTES:
        return body
    payload["custom_details"] = TOO_LARGE
    return orjson.dumps(event)


def _details(message: Message) -> dict[str, Any]:
    details: dict[str, Any] = {label.lower(): text for label, text in message.facts}
    details["what_to_do"] = [*message.lines]
    if values := values_text(message.values):
        details["values"] = values
    return details


def _dedup_key(key: str) -> str:
    """A longer one is replaced by its hash: cut, two could become the same."""
    return key if len(key) <= MAX_DEDUP_KEY else f"assay:{hashlib.sha256(key.encode()).hexdigest()}"
