"""From a record on the wire to the facts that are kept of it. Pure: any client's records will do."""

import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from assay.pipeline.core import headers as names
from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.document import Json
from assay.pipeline.core.errors import SealError
from assay.pipeline.core.record import Record, Source, source_of
from assay.pipeline.core.topics import TopicRole

from .facts import (
    BadEnvelope,
    ClaimCheck,
    Contents,
    Digest,
    Envelope,
    Opened,
    OutcomeSeen,
    Unopened,
)
from .marks import read_marks

AnyHeaders: TypeAlias = Sequence[tuple[str, bytes | None]]
"""Headers as Kafka knows them: a value may be null."""

Opening: TypeAlias = Callable[[Json], tuple[bytes | None, bytes | None, AnyHeaders]]
"""Opens a failed trace's envelope to key, value and headers, or raises ``SealError``."""

_PLAIN = frozenset({TopicRole.VALID, TopicRole.REMEDIATED})
"""Topics whose records hold traces as they are."""


def digest_of(key: bytes | None, value: bytes | None, headers: AnyHeaders) -> Digest:
    """The digest of a record."""
    return Digest(
        key=b"" if key is None else hashlib.sha256(key).digest()[:16],
        value=hashlib.sha256(value or b"").digest(),
        length=-1 if value is None else len(value),
        headers=digest_of_headers(headers),
    )


def digest_of_headers(headers: AnyHeaders) -> bytes:
    """Sixteen bytes over names and values in order; nothing for no headers."""
    pairs = [(name, value) for name, value in headers]
    if not pairs:
        return b""
    # The repr of a list of pairs of text and bytes can be read back in one way only, and it is quick.
    return hashlib.blake2b(ascii(pairs).encode(), digest_size=16).digest()


def observe_outcome(role: TopicRole, record: Record, opening: Opening | None) -> OutcomeSeen:
    """Read an outcome record. Never raises, whatever it holds; ``opening=None`` leaves payloads sealed."""
    return OutcomeSeen(
        role,
        source_of(record),
        read_marks(record.headers),
        digest_of(record.key, record.value, names.kept(record.headers)),
        None if role in _PLAIN else read_envelope(record.value, opening),
    )


def read_envelope(value: bytes | None, opening: Opening | None) -> Envelope | BadEnvelope:
    """Read the value of a failed trace (DESIGN 4)."""
    try:
        document = json.loads(value or b"")
        source, key_sha256 = document["source"], document["key_sha256"]
        return Envelope(
            source=str(Source(source["topic"], source["partition"], source["offset"])),
            tenant=str(document["tenant_id"]),
            key_sha256=None if key_sha256 is None else str(key_sha256),
            codes=tuple(dict.fromkeys(IssueCode(issue["code"]).value for issue in document["issues"])),
            contents=None if opening is None else _contents(document, opening),
        )
    except KeyError as error:
        return BadEnvelope(f"member {error.args[0]} is missing")
    except (ValueError, TypeError, RecursionError):
        return BadEnvelope("not the JSON object that the contract says")


def _contents(document: Any, opening: Opening) -> Contents:
    payload = document["payload"]
    if "claim_check" in payload:
        claim = payload["claim_check"]
        return ClaimCheck(str(claim["sha256"]), claim["length"], str(claim["source"]))
    try:
        key, value, headers = opening(document)
    except SealError:
        return Unopened()
    return Opened(digest_of(key, value, headers), _said(value))


def canonical(document: Any) -> bytes:
    """Sixteen bytes for what a JSON document says, however it is written."""
    return hashlib.blake2b(json.dumps(document, sort_keys=True).encode(), digest_size=16).digest()


def _said(value: bytes | None) -> bytes:
    try:
        return canonical(json.loads(value or b""))
    except (ValueError, RecursionError):
        return b""
