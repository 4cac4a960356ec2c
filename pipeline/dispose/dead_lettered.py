"""The dead letter of a failing trace: it waits for a person, among those of the same problem (KIP-1191 headers)."""

from collections.abc import Sequence

from ..core import headers as names
from ..core.codes import IssueCode
from ..core.document import Json
from ..core.outcome import Outcome, Reason
from ..core.outgoing import Outgoing
from ..core.record import Headers, Record, Source, source_of
from ..core.text import clip
from ..core.topics import TopicRole
from ..policy.bundle import Bundle
from .dead_letter import MAX_MESSAGE
from .ending import Try, ended, terminal_headers

_CODES = frozenset(IssueCode)


class DeadLetteredWriter:
    """Writes records for ``dlq.traces.raw``. One per bundle; needs no key: the payload stays sealed."""

    __slots__ = ("_bundle", "_group")

    def __init__(self, bundle: Bundle, group: str) -> None:
        """``group`` is the lane's consumer group: the header by which a dead letter tells which lane wrote it."""
        self._bundle = bundle
        self._group = group

    def __call__(
        self, record: Record, document: dict[str, Json], reason: Reason, tries: Sequence[Try] = ()
    ) -> Outgoing | None:
        """The classified ``record``, on the partition of its fingerprint.

        ``document`` is its envelope, and is changed. ``None`` for an envelope that cannot be written again.
        """
        attempts = document.get("attempts")
        said = f"{reason}: {_issues(document)}{_tried(tries)}"
        value = ended(document, Outcome.DEAD_LETTERED, tries)
        if value is None:
            return None
        return self._outgoing(record, value, reason, attempts if isinstance(attempts, int) else 1, said)

    def unread(self, record: Record, reason: Reason, deaths: int = 1) -> Outgoing:
        """A record that holds no envelope, or that ended ``deaths`` worker processes: as it came."""
        return self._outgoing(record, record.value, reason, deaths, f"{reason}: it was not looked into")

    def _outgoing(
        self, record: Record, value: bytes | None, reason: Reason, deliveries: int, said: str
    ) -> Outgoing:
        headers = terminal_headers(record, self._bundle, Outcome.DEAD_LETTERED, reason)
        source = _source(headers) or source_of(record)
        key = names.first(headers, names.FINGERPRINT)
        dead = [
            (names.DLQ_TOPIC, source.topic.encode()),
            (names.DLQ_PARTITION, str(source.partition).encode()),
            (names.DLQ_OFFSET, str(source.offset).encode()),
            (names.DLQ_GROUP, self._group.encode()),
            (names.DLQ_DELIVERY_COUNT, str(deliveries).encode()),
            (names.DLQ_MESSAGE, clip(said, MAX_MESSAGE).encode()),
        ]
        return Outgoing(TopicRole.DEAD_LETTER, None, key, value, [*headers, *dead], None)


def _source(headers: Headers) -> Source | None:
    try:
        return Source.parse((names.first(headers, names.SRC) or b"").decode())
    except ValueError:
        return None


def _issues(document: dict[str, Json]) -> str:
    """How many issues, and the first of our own codes among them: codes and numbers only (promise 4)."""
    issues = document.get("issues")
    if not isinstance(issues, list) or not issues:
        return "no issue is listed"
    codes = [issue.get("code") for issue in issues if isinstance(issue, dict)]
    known = next((code for code in codes if code in _CODES), None)
    more = len(issues) - 1
    return f"{known or 'a code that is not known here'}" + (f" and {more} more" if more else "")


def _tried(tries: Sequence[Try]) -> str:
    """The rules by name and result."""
    if not tries:
        return ""
    return "; rules: " + ", ".join(f"{each.rule}@{each.version} {each.result}" for each in tries)
