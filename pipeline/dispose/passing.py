"""The passing record: the same bytes, and headers that say who judged them (promise 2)."""

import hashlib

from ..core import headers as names
from ..core.outcome import Outcome, Reason
from ..core.outgoing import Outgoing
from ..core.record import Record
from ..core.topics import TopicRole
from ..core.verdict import Verdict
from ..policy.bundle import Bundle
from .attempt import FIRST_PASS_HEADER


class PassingWriter:
    """Writes records for ``traces.valid``. Built once per bundle: what is the same for every record is encoded here."""

    __slots__ = ("_bundle",)

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = (names.BUNDLE, bundle.short_id.encode())

    def __call__(self, record: Record, verdict: Verdict) -> Outgoing:
        """The record as it came, on its own partition and at its own time, with our headers appended.

        ``verdict`` must not be blocking. The hot path: about 3 µs for a value of 2 KB, half of it the hash.
        """
        value = record.value
        came = record.headers
        headers = names.kept(came) if came else []
        headers += (
            (names.SRC, f"{record.topic}/{record.partition}/{record.offset}".encode()),
            (names.TENANT, verdict.tenant.encode()),
            self._bundle,
            _OUTCOME,
            _WARNED if verdict.issues else _PASSED,
            (names.SHA256, hashlib.sha256(value or b"").hexdigest().encode()),
            FIRST_PASS_HEADER,
        )
        if verdict.issues:
            headers.append((names.WARNINGS, _warnings(verdict)))
        return Outgoing(TopicRole.VALID, record.partition, record.key, value, headers, record.timestamp)


_OUTCOME = (names.OUTCOME, Outcome.VALID.encode())
_PASSED = (names.REASON, Reason.PASSED.encode())
_WARNED = (names.REASON, Reason.PASSED_WITH_WARNINGS.encode())


def _warnings(verdict: Verdict) -> bytes:
    """The distinct codes in the order in which they were found, comma separated."""
    return ",".join(dict.fromkeys(issue.code.value for issue in verdict.issues)).encode()
