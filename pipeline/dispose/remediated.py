"""The repaired record: key and headers as they came, the value as the rules left it, and headers that say so (D-10)."""

from hashlib import sha256
from typing import NamedTuple

from ..core import headers as names
from ..core.outcome import Outcome, Reason
from ..core.outgoing import Outgoing
from ..core.record import Source
from ..core.replay_mark import Mark, passed_on
from ..core.topics import TopicRole
from ..core.verdict import Verdict
from ..policy.bundle import Bundle
from .payload import Payload


class Origin(NamedTuple):
    """Where a failing trace came from, by its envelope."""

    source: Source
    timestamp: int | None
    """That of the raw record, in milliseconds: of a replayed one the time of the replay."""
    attempt: int
    """0 for a first pass; replay adds one."""
    partition: int
    """Where the classified record lies: the partition number of the raw one."""
    mark: Mark | None = None
    """Of a replayed raw record."""


class RemediatedWriter:
    """Writes records for ``traces.remediated``. One per bundle."""

    __slots__ = ("_bundle",)

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = (names.BUNDLE, bundle.short_id.encode())

    def __call__(
        self, origin: Origin, came: Payload, value: bytes, verdict: Verdict, repair_id: str
    ) -> Outgoing:
        """The trace on its own partition number and at its own time.

        ``value`` is what ``verdict`` was given on, and it must not block. ``assay-sha256`` is that of the raw value:
        with the receipts under ``repair_id`` it leads from one to the other (promise 2).
        """
        headers = [
            *names.kept(came.headers),
            (names.SRC, str(origin.source).encode()),
            (names.TENANT, verdict.tenant.encode()),
            self._bundle,
            (names.OUTCOME, Outcome.REMEDIATED.encode()),
            (names.REASON, Reason.REPAIRED.encode()),
            (names.SHA256, sha256(came.value or b"").hexdigest().encode()),
            (names.ATTEMPT, b"%d" % origin.attempt),
            *(passed_on(origin.mark) if origin.mark else ()),
            (names.RECEIPT, repair_id.encode()),
        ]
        if verdict.issues:
            codes = dict.fromkeys(issue.code.value for issue in verdict.issues)
            headers.append((names.WARNINGS, ",".join(codes).encode()))
        return Outgoing(TopicRole.REMEDIATED, origin.partition, came.key, value, headers, origin.timestamp)
