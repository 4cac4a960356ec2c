"""The failing record: an envelope on its way to the lanes that decide what becomes of it."""

import hashlib
from collections.abc import Mapping

from ..core import headers as names
from ..core.fingerprint import fingerprint
from ..core.issue import Category, worst
from ..core.outcome import Outcome
from ..core.outgoing import Outgoing
from ..core.record import Headers, Record, source_of
from ..core.replay_mark import Mark
from ..core.sealed import Sealer
from ..core.team import Team
from ..core.topics import TopicRole
from ..core.verdict import NONE, Verdict
from ..policy.bundle import Bundle
from ..policy.safe import safe_id
from .attempt import FIRST_PASS, attempt_headers, attempt_of
from .dead_letter import dead_letter
from .envelope import MAX_BYTES, PENDING, EnvelopeWriter, Failure, failure_id
from .reason import reason_of
from .traceparent import well_formed


class FailingWriter:
    """Writes records for ``traces.invalid``, and dead letters for records that kill workers. One per bundle."""

    def __init__(self, bundle: Bundle, sealer: Sealer, group: str, max_bytes: int = MAX_BYTES) -> None:
        """``group`` is the lane's consumer group; ``max_bytes`` the smallest limit of the topics written to."""
        self._envelopes = EnvelopeWriter(bundle, sealer, max_bytes)
        self._bundle = (names.BUNDLE, bundle.short_id.encode())
        self._group = group
        self._teams = bundle.teams

    def __call__(self, record: Record, verdict: Verdict, now_ns: int, mark: Mark | None = None) -> Outgoing:
        """The envelope on the record's own partition. ``verdict`` must have an issue.

        A replayed ``record`` is sealed with its ``mark``, as it came; whoever opens it knows by the attempt to take it off.

        Raises ``TransientError`` when the sealer has no key.
        """
        failure = failure_of(verdict, self._teams, attempt_of(mark))
        source = source_of(record)
        named = failure_id(source, failure.attempt)
        sha256 = hashlib.sha256(record.value or b"").hexdigest()
        headers: Headers = [
            (names.SRC, str(source).encode()),
            (names.TENANT, failure.tenant.encode()),
            self._bundle,
            (names.REASON, reason_of(verdict).encode()),
            (names.SHA256, sha256.encode()),
            *attempt_headers(mark),
            (names.SEVERITY, failure.severity.encode()),
            (names.FINGERPRINT, failure.fingerprint.encode()),
            *_traceparent(record),
        ]
        value = self._envelopes(record, failure, named, now_ns, sha256)
        # No timestamp: failing traces are kept on the broker's time, so that an odd one cannot expire at once.
        return Outgoing(TopicRole.INVALID, record.partition, named.encode(), value, headers, None)

    def dead_letter(
        self, record: Record, deaths: int, now_ns: int, tenant: str = NONE, mark: Mark | None = None
    ) -> Outgoing:
        """The dead letter of a record that ended ``deaths`` worker processes; see :func:`.dead_letter.dead_letter`."""
        return dead_letter(
            record,
            deaths=deaths,
            tenant=tenant,
            group=self._group,
            envelopes=self._envelopes,
            now_ns=now_ns,
            mark=mark,
        )


def failure_of(verdict: Verdict, teams: Mapping[Category, Team], attempt: int = FIRST_PASS) -> Failure:
    """What the envelope says: severity, team and fingerprint are those of the worst issue (D-17).

    Raises ``ValueError`` when there is no issue.
    """
    primary = worst(verdict.issues)
    producer = safe_id(verdict.identity.producer)
    return Failure(
        tenant=verdict.tenant,
        subject=verdict.subject,
        schema_version=verdict.schema_version,
        trace_id=safe_id(verdict.identity.trace_id),
        issues=verdict.issues,
        severity=primary.severity,
        fingerprint=fingerprint(primary.code, verdict.subject, primary.path, verdict.tenant, producer),
        team=teams[primary.category],
        disposition=PENDING if verdict.readable else Outcome.DEAD_LETTERED.value,
        producer=producer,
        producer_version=safe_id(verdict.identity.producer_version),
        attempt=attempt,
    )


def _traceparent(record: Record) -> Headers:
    value = names.first(record.headers, names.TRACEPARENT)
    return [(names.TRACEPARENT, value)] if value is not None and well_formed(value) else []
