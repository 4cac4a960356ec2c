"""The dead letter of a record that kills workers: an outcome without a look at what is inside (rule 10, promise 6)."""

import hashlib

from ..core import headers as names
from ..core.fingerprint import fingerprint
from ..core.issue import Severity
from ..core.outcome import Outcome, Reason
from ..core.outgoing import Outgoing
from ..core.record import Record, source_of
from ..core.replay_mark import Mark
from ..core.team import DEFAULT_TEAM
from ..core.text import clip
from ..core.topics import TopicRole
from ..core.verdict import NONE
from .attempt import attempt_headers, attempt_of
from .envelope import EnvelopeWriter, Failure, failure_id

MAX_MESSAGE = 500


def dead_letter(
    record: Record,
    *,
    deaths: int,
    tenant: str,
    group: str,
    envelopes: EnvelopeWriter,
    now_ns: int,
    mark: Mark | None = None,
) -> Outgoing:
    """An envelope without issues, for the dead letter queue; the bytes are sealed as they came, never parsed.

    ``deaths`` is how many worker processes ended on the record, ``tenant`` that of the topic's binding or ``none``;
    ``mark`` that of a replayed record.
    Raises ``TransientError`` when the sealer has no key.
    """
    reason = Reason.WORKER_CRASH
    failure = Failure(
        tenant=tenant,
        subject=NONE,
        schema_version=NONE,
        trace_id=NONE,
        issues=(),
        severity=Severity.CRITICAL,
        fingerprint=fingerprint(reason, NONE, NONE, tenant, NONE),
        team=DEFAULT_TEAM,
        disposition=Outcome.DEAD_LETTERED.value,
        attempt=attempt_of(mark),
    )
    source = source_of(record)
    sha256 = hashlib.sha256(record.value or b"").hexdigest()
    message = clip(
        f"{reason}: {deaths} worker processes ended on this record; it was never parsed", MAX_MESSAGE
    )
    key = failure.fingerprint.encode()
    headers = [
        (names.SRC, str(source).encode()),
        (names.TENANT, tenant.encode()),
        (names.BUNDLE, envelopes.bundle.short_id.encode()),
        (names.OUTCOME, Outcome.DEAD_LETTERED.encode()),
        (names.REASON, reason.encode()),
        (names.SHA256, sha256.encode()),
        *attempt_headers(mark),
        (names.SEVERITY, failure.severity.encode()),
        (names.FINGERPRINT, key),
        (names.DLQ_TOPIC, source.topic.encode()),
        (names.DLQ_PARTITION, str(source.partition).encode()),
        (names.DLQ_OFFSET, str(source.offset).encode()),
        (names.DLQ_GROUP, group.encode()),
        (names.DLQ_DELIVERY_COUNT, str(deaths).encode()),
        (names.DLQ_MESSAGE, message.encode()),
    ]
    value = envelopes(record, failure, failure_id(source, failure.attempt), now_ns, sha256)
    return Outgoing(TopicRole.DEAD_LETTER, None, key, value, headers, None)
