"""The failed-trace envelope, read as far as classification needs it. The payload is never looked into."""

import re
from typing import NamedTuple

import orjson

from ..core.document import Json
from ..core.verdict import NONE
from ..policy.safe import safe_id

SCHEMA_PREFIX = "assay/failed_trace/1-"
"""Envelopes of this major version mean what is read here."""
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{9}Z")


class Envelope(NamedTuple):
    """A failed trace. ``document`` is all of it, to be written again."""

    document: dict[str, Json]
    topic: str
    partition: int
    offset: int
    tenant: str
    subject: str
    schema_version: str
    producer: str
    producer_version: str
    detected_at: str
    attempts: int
    disposition: str
    issues: list[Json]
    is_complete: bool
    """Whether it lists all issues that the trace has."""


def read_envelope(value: bytes | None) -> Envelope | None:
    """The envelope, or ``None`` for what cannot be read as one. Never raises (D-15).

    Every member that a decision, a key or an id is made of must be what the schema says; of the others, an odd one counts
    as missing. Issues are not looked into: an odd one is read as the worst that it can be.
    """
    try:
        document: Json = orjson.loads(value or b"")
    except orjson.JSONDecodeError:
        return None
    if not isinstance(document, dict):
        return None
    schema, source, issues = document.get("schema"), document.get("source"), document.get("issues")
    detected_at, total = document.get("detected_at"), document.get("issues_total")
    if not (
        isinstance(schema, str)
        and schema.startswith(SCHEMA_PREFIX)
        and isinstance(source, dict)
        and isinstance(issues, list)
        and issues
        and isinstance(detected_at, str)
        and _TIME.fullmatch(detected_at)
    ):
        return None
    topic, tenant, subject = source.get("topic"), document.get("tenant_id"), document.get("subject")
    partition, offset = _number(source.get("partition")), _number(source.get("offset"))
    attempts = _number(document.get("attempts"))
    version = document.get("schema_version")
    if not (
        isinstance(topic, str)
        and isinstance(tenant, str)
        and isinstance(subject, str)
        and isinstance(version, str)
        and topic
        and tenant
        and partition is not None
        and offset is not None
        and attempts
    ):
        return None
    producer = document.get("producer")
    made_by = producer if isinstance(producer, dict) else {}
    disposition = document.get("disposition")
    return Envelope(
        document,
        topic,
        partition,
        offset,
        tenant,
        subject or NONE,
        version or NONE,
        safe_id(made_by.get("name")),
        safe_id(made_by.get("version")),
        detected_at,
        attempts,
        disposition if isinstance(disposition, str) else "",
        issues,
        not isinstance(total, int) or total <= len(issues),
    )


def _number(value: Json) -> int | None:
    """A number from 0 up, and not a truth value."""
    return value if type(value) is int and value >= 0 else None
