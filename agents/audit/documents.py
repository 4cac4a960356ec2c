"""JSON documents of failing traces, as the auditor reads them: whatever they hold, nothing raises."""

import hashlib
import json
from collections.abc import Collection
from typing import Any

from assay.pipeline.core.record import Headers, Record

from .facts import Digest
from .observe import digest_of_headers


def document_of(value: bytes | None) -> dict[str, Any] | None:
    """The object that it holds, if it holds one."""
    try:
        document = json.loads(value or b"")
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def text_of(value: object) -> str:
    """A text, or empty for all else."""
    return value if isinstance(value, str) else ""


def number_of(value: object) -> int:
    """A whole number, or 0 for all else."""
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def digest_without(
    record: Record, document: dict[str, Any] | None, members: Collection[str], kept: Headers
) -> Digest:
    """Of key, these headers, and the document without some of its members; of the bytes where there is no document."""
    body = record.value or b""
    if document is not None:
        rest = {name: member for name, member in document.items() if name not in members}
        body = json.dumps(rest, sort_keys=True).encode()
    return Digest(
        b"" if record.key is None else hashlib.sha256(record.key).digest()[:16],
        hashlib.sha256(body).digest(),
        -1 if record.value is None else 0,
        digest_of_headers(kept),
    )
