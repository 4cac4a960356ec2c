"""The failed-trace envelope: what is known of a failing trace in the open, and its bytes sealed (DESIGN 4)."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from ..core.clock import rfc3339
from ..core.document import Json
from ..core.issue import Issue, Severity
from ..core.record import Record, Source, source_of
from ..core.sealed import Sealer
from ..core.team import Team
from ..core.verdict import NONE
from ..policy.bundle import Bundle
from .attempt import FIRST_PASS
from .listing import list_issues
from .payload import pack, packed_size
from .sealed_payload import bound_to, sealed_to_json

SCHEMA = "assay/failed_trace/1-0-0"
PENDING = "pending"
"""The disposition of a trace whose outcome a later lane decides; otherwise it is an ``Outcome``."""

MAX_BYTES = 4 * 1_048_576
"""The limit of the topics that carry envelopes, by default: ``agents.topics.FAILING_MAX_BYTES``."""
LEAST_MAX_BYTES = 65_536
"""No topic that carries envelopes may have a smaller limit: below it an outcome could fail to be writable."""
_AROUND = 8192
"""Bytes of a record batch that are not its value: Kafka's framing, key, and our headers with the longest names."""
_SEALING = 2048
"""Bytes of a sealed payload's JSON form that are not its ciphertext."""
_TOO_LARGE = "too_large"


@dataclass(frozen=True, slots=True)
class Failure:
    """What an envelope says of a trace, payload apart."""

    tenant: str
    subject: str
    schema_version: str
    trace_id: str
    issues: Sequence[Issue]
    severity: Severity
    fingerprint: str
    team: Team
    disposition: str
    producer: str = NONE
    producer_version: str = NONE
    attempt: int = FIRST_PASS


class EnvelopeWriter:
    """Writes envelopes that fit their topic, whatever the record holds."""

    def __init__(self, bundle: Bundle, sealer: Sealer, max_bytes: int = MAX_BYTES) -> None:
        """``max_bytes`` is the topic's ``max.message.bytes``. Raises ``ValueError`` below 64 KiB."""
        if max_bytes < LEAST_MAX_BYTES:
            raise ValueError(f"max_bytes is {max_bytes}; an envelope needs {LEAST_MAX_BYTES}")
        self.bundle = bundle
        self._sealer = sealer
        self._max_value = max_bytes - _AROUND
        self._detected_at = (0, rfc3339(0))
        """The time last written: records of one chunk have the same one."""

    def __call__(self, record: Record, failure: Failure, named: str, now_ns: int, sha256: str) -> bytes:
        """The envelope as JSON. ``named`` is its :func:`failure_id`; ``sha256`` that of the raw value, in hex.

        A record without a value has the hash of ``b""``.

        Raises ``TransientError`` when the sealer has no key: then nothing may be written and the lane stops (promise 5).
        """
        source = source_of(record)
        document = self._open_part(record, source, failure, named, now_ns)
        if self._has_room(record, document):
            document["payload"] = self._sealed(record, source, failure)
            written = orjson.dumps(document)
            if len(written) <= self._max_value:
                return written
        document["payload"] = {"claim_check": _claim_check(record, source, sha256)}
        return orjson.dumps(document)

    def _has_room(self, record: Record, document: dict[str, Json]) -> bool:
        """Whether sealing is worth a try. Nearly always the payload's size alone says so, without writing the rest."""
        sealed = _sealed_size(record)
        return sealed <= self._max_value // 2 or sealed <= self._max_value - len(orjson.dumps(document))

    def _at(self, now_ns: int) -> str:
        if self._detected_at[0] != now_ns:
            self._detected_at = (now_ns, rfc3339(now_ns))
        return self._detected_at[1]

    def _open_part(
        self, record: Record, source: Source, failure: Failure, named: str, now_ns: int
    ) -> dict[str, Json]:
        # The issues get a quarter of the room: they can be had again from the bytes, the bytes not from them.
        issues = list_issues(failure.issues, self.bundle.limits.max_issues, self._max_value // 4)
        return {
            "schema": SCHEMA,
            "failure_id": named,
            "trace_id": failure.trace_id,
            "tenant_id": failure.tenant,
            "subject": failure.subject,
            "schema_version": failure.schema_version,
            "producer": {"name": failure.producer, "version": failure.producer_version},
            "detected_at": self._at(now_ns),
            "bundle": self.bundle.bundle_id,
            "issues": issues,
            "issues_total": len(failure.issues),
            "severity": failure.severity.value,
            "fingerprint": failure.fingerprint,
            "team": failure.team.value,
            "disposition": failure.disposition,
            "attempts": failure.attempt + 1,
            "source": {
                "topic": source.topic,
                "partition": source.partition,
                "offset": source.offset,
                "timestamp": record.timestamp,
            },
            "key_sha256": None if record.key is None else hashlib.sha256(record.key).hexdigest(),
            "payload": None,
            "remediation": [],
        }

    def _sealed(self, record: Record, source: Source, failure: Failure) -> Json:
        plaintext = pack(record.key, record.value, record.headers)
        aad = bound_to(failure.tenant, source, failure.schema_version)
        return sealed_to_json(self._sealer.seal(failure.tenant, plaintext, aad))


def failure_id(source: Source, attempt: int = FIRST_PASS) -> str:
    """32 hex digits, derived: writing a failure again gives the same id."""
    return hashlib.sha256(f"{source}/{attempt}".encode()).hexdigest()[:32]


def _sealed_size(record: Record) -> int:
    """About the size of the sealed payload: base64 makes four bytes of three."""
    return packed_size(record.key, record.value, record.headers) * 4 // 3 + _SEALING


def _claim_check(record: Record, source: Source, sha256: str) -> Json:
    """What is left of a payload that does not fit: enough to find the raw record, and to know it again."""
    return {
        "sha256": sha256,
        "length": len(record.value or b""),
        "source": str(source),
        "reason": _TOO_LARGE,
    }
