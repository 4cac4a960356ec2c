"""The contained record: sealed as it was classified, for as long as somebody may want it back (promise 1)."""

from collections.abc import Sequence

from ..core.document import Json
from ..core.outcome import Outcome, Reason
from ..core.outgoing import Outgoing
from ..core.record import Record
from ..core.topics import TopicRole
from ..policy.bundle import Bundle
from .ending import Try, ended, terminal_headers


class QuarantinedWriter:
    """Writes records for ``traces.quarantine``. One per bundle; needs no key: the payload stays sealed."""

    __slots__ = ("_bundle",)

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle

    def __call__(
        self, record: Record, document: dict[str, Json], reason: Reason, tries: Sequence[Try] = ()
    ) -> Outgoing | None:
        """The classified ``record`` on its own partition number, so that order per key survives.

        ``document`` is its envelope, and is changed. ``None`` for an envelope that cannot be written again.
        """
        value = ended(document, Outcome.QUARANTINED, tries)
        if value is None:
            return None
        headers = terminal_headers(record, self._bundle, Outcome.QUARANTINED, reason)
        return Outgoing(TopicRole.QUARANTINE, record.partition, record.key, value, headers, None)
