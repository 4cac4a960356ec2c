"""Names of record headers: the wire contract of DESIGN 4."""

from .record import Headers

SRC = "assay-src"
TENANT = "assay-tenant"
BUNDLE = "assay-bundle"
OUTCOME = "assay-outcome"
REASON = "assay-reason"
SHA256 = "assay-sha256"
ATTEMPT = "assay-attempt"
SEVERITY = "assay-severity"
FINGERPRINT = "assay-fingerprint"
WARNINGS = "assay-warnings"
DISPOSITION = "assay-disposition"
SUBJECT = "assay-subject"
REPLAY_OF = "assay-replay-of"
REPLAY_JOB = "assay-replay-job"
REPLAY_TIMESTAMP = "assay-replay-timestamp"
REPLAY_PROOF = "assay-replay-proof"
REPLAY_WITHOUT = "assay-replay-without"
RETRACTS = "assay-retracts"
RECEIPT = "assay-receipt"
TRACEPARENT = "traceparent"

DLQ_TOPIC = "__dlq.errors.topic"
DLQ_PARTITION = "__dlq.errors.partition"
DLQ_OFFSET = "__dlq.errors.offset"
DLQ_GROUP = "__dlq.errors.group"
DLQ_DELIVERY_COUNT = "__dlq.errors.delivery.count"
DLQ_MESSAGE = "__dlq.errors.message"

CE_ID = "ce_id"
CE_SOURCE = "ce_source"
CE_TYPE = "ce_type"
CE_SPECVERSION = "ce_specversion"
CE_TIME = "ce_time"
CE_SUBJECT = "ce_subject"
CONTENT_TYPE = "content-type"

PREFIX = "assay-"
FROM_PRODUCERS = frozenset({SUBJECT})
"""The only ``assay-*`` headers that a producer may set; all others are stripped on the way through."""


def kept(headers: Headers) -> list[tuple[str, bytes | None]]:
    """The producer's headers that survive: all but reserved ones that it had no right to set, in order."""
    return [pair for pair in headers if not pair[0].startswith(PREFIX) or pair[0] in FROM_PRODUCERS]


def first(headers: Headers, name: str) -> bytes | None:
    """The value of the first header of that name; ``None`` when there is none, or when it is null (Kafka allows that)."""
    for key, value in headers:
        if key == name:
            return value
    return None
