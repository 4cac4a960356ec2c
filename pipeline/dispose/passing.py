"""The passing record: the same bytes, and headers that say who judged them (promise 2)."""

from binascii import hexlify
from hashlib import sha256

from ..core import headers as names
from ..core.outcome import Outcome, Reason
from ..core.outgoing import Outgoing
from ..core.quick import maker
from ..core.record import Record
from ..core.replay_mark import Mark
from ..core.topics import TopicRole
from ..core.verdict import Verdict
from ..policy.bundle import Bundle
from .attempt import FIRST_PASS_HEADER, attempt_headers


class PassingWriter:
    """Writes records for ``traces.valid``. Built once per bundle: what is the same for every record is encoded here."""

    __slots__ = ("_bundle", "_places")

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = (names.BUNDLE, bundle.short_id.encode())
        self._places: dict[tuple[str, int], bytes] = {}
        """``topic/partition/`` of the partitions that records came from: few, and not for a trace to choose."""

    def __call__(self, record: Record, verdict: Verdict, mark: Mark | None = None) -> Outgoing:
        """The record as it came, on its own partition and at its own time, with our headers appended.

        A replayed one loses its ``mark``, which is of reserved headers, and says what it is a new try of. Its time is
        that of the replay: at the first record's, retention would remove it at once. ``verdict`` must not be blocking. The hot path: about 2.5 µs for a value of 2 KB, most of it the hash.
        """
        value = record.value
        came = record.headers
        partition = record.partition
        place = self._places.get((record.topic, partition)) or self._place(record.topic, partition)
        headers = [
            *(names.kept(came) if came else ()),
            (names.SRC, b"%b%d" % (place, record.offset)),
            (names.TENANT, verdict.tenant.encode()),
            self._bundle,
            _OUTCOME,
            _WARNED if verdict.issues else _PASSED,
            (names.SHA256, hexlify(sha256(value or b"").digest())),
            FIRST_PASS_HEADER,
        ]
        if mark is not None:
            headers[-1:] = attempt_headers(mark)
        if verdict.issues:
            headers.append((names.WARNINGS, _warnings(verdict)))
        return _make_outgoing((TopicRole.VALID, partition, record.key, value, headers, record.timestamp))

    def _place(self, topic: str, partition: int) -> bytes:
        place = self._places[topic, partition] = f"{topic}/{partition}/".encode()
        return place


_make_outgoing = maker(Outgoing)
_OUTCOME = (names.OUTCOME, Outcome.VALID.encode())
_PASSED = (names.REASON, Reason.PASSED.encode())
_WARNED = (names.REASON, Reason.PASSED_WITH_WARNINGS.encode())


def _warnings(verdict: Verdict) -> bytes:
    """The distinct codes in the order in which they were found, comma separated."""
    return ",".join(dict.fromkeys(issue.code.value for issue in verdict.issues)).encode()
