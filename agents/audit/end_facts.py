"""What the auditor remembers of a failing trace on its way to its end: digests, our own words, and patches."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

from assay.pipeline.core import headers as names
from assay.pipeline.core.document import Json
from assay.pipeline.core.errors import SealError
from assay.pipeline.core.outcome import Disposition, Outcome, Reason
from assay.pipeline.core.record import Headers, Record, Source, source_of
from assay.pipeline.core.topics import TopicRole

from .documents import digest_without, document_of, number_of, text_of
from .event import read_event
from .facts import Digest, Marks
from .marks import read_marks

ENDED = ("disposition", "remediation")
"""The members of an envelope that its end writes; all others leave as they were classified."""
AS_IT_CAME = frozenset({Reason.ENVELOPE_UNREADABLE, Reason.WORKER_CRASH})
"""Reasons of records that the lane passes on without reading them."""
WORDS = {
    TopicRole.REMEDIATED: Outcome.REMEDIATED.value,
    TopicRole.QUARANTINE: Outcome.QUARANTINED.value,
    TopicRole.DEAD_LETTER: Outcome.DEAD_LETTERED.value,
}
MOST_TRIES = 16
"""As many does an envelope list."""
TRIED = frozenset({"applied", "no_change", "failed"})
"""Results of rules that were tried: each has a receipt. Others say why a rule was not tried."""
_PLANNED = {
    Disposition.QUARANTINE: {TopicRole.QUARANTINE},
    Disposition.DEAD_LETTER: {TopicRole.DEAD_LETTER},
    Disposition.REMEDIATE: set(WORDS),
}
_REPLACED = frozenset({names.BUNDLE, names.REASON, names.OUTCOME, names.DISPOSITION, names.RECEIPT})
_DLQ = "__dlq."
_OPEN = frozenset(
    {
        *("schema", "repair_id", "number", "of", "rule", "version", "codes", "result", "error", "effect"),
        *("before_sha256", "after_sha256", "outcome", "reason", "tenant_id", "subject", "schema_version"),
        *("trace_id", "producer", "source", "attempts", "fingerprint", "input_sha256", "output_sha256"),
        *("bundle", "at", "changes", "paths"),
    }
)

Patches: TypeAlias = tuple[list[Json], list[Json]]
"""The patch from what came in to what went out, and its inverse."""
OpeningReceipt: TypeAlias = Callable[[Json], Patches | None]
"""Opens a receipt to its patches, ``None`` where it holds none, or raises ``SealError``."""


class EndRecord(NamedTuple):
    """A record of ``traces.classified``, or of one of the three topics behind it, read."""

    role: TopicRole
    at: Source
    marks: Marks
    digest: Digest
    """Of all that its end must not change: key, the envelope but what is decided, headers but those replaced."""
    whole: bytes
    """SHA-256 of the value."""
    planned: str
    """Header ``assay-disposition``."""
    fingerprint: bytes
    """Header ``assay-fingerprint``."""
    receipt: str
    """Header ``assay-receipt``."""
    ended_as: str
    """The disposition by the envelope."""
    tried: int
    """Rules that the envelope says were tried."""


class Came(NamedTuple):
    """A classified record, as far as its end is judged by it."""

    source: Source | None
    marks: Marks
    digest: Digest
    whole: bytes
    planned: str
    tried: int


class ReceiptFact(NamedTuple):
    """A record of ``quality.receipts``, read."""

    at: Source
    source: Source | None
    repair: str
    number: int
    of: int
    tenant: str
    outcome: str
    came: str
    """SHA-256 of the raw value, hex."""
    left: str
    """Of the repaired one; empty when none was made."""
    faults: tuple[str, ...]
    patches: Patches | None
    sealed: bool
    """Whether it holds patches at all, opened or not."""


def read_end(role: TopicRole, record: Record) -> EndRecord:
    """Read a failing trace behind its classification. Never raises, whatever it holds."""
    document = None if role is TopicRole.REMEDIATED else document_of(record.value)
    ours = {name: content or b"" for name, content in record.headers}
    tries = (document or {}).get("remediation")
    return EndRecord(
        role,
        source_of(record),
        read_marks(record.headers),
        digest_without(record, document, ENDED, _kept(record.headers)),
        hashlib.sha256(record.value or b"").digest(),
        ours.get(names.DISPOSITION, b"").decode("utf-8", "replace"),
        ours.get(names.FINGERPRINT, b""),
        ours.get(names.RECEIPT, b"").decode("utf-8", "replace"),
        text_of((document or {}).get("disposition")),
        sum(isinstance(each, dict) and each.get("result") in TRIED for each in tries)
        if isinstance(tries, list)
        else 0,
    )


def read_receipt(record: Record, opening: OpeningReceipt | None) -> ReceiptFact:
    """Read a receipt. Never raises; what is missing or odd is a fault. ``opening=None`` leaves it sealed."""
    event = read_event(record)
    document, faults = event.document, [*event.faults]
    number, of = number_of(document.get("number")), number_of(document.get("of"))
    if event.headers.get(names.CE_ID) != f"{event.source}/{document.get('attempts')}/{number}":
        faults.append("ce_id is not made of source, attempt and number")
    if not _OPEN.issuperset(document):
        faults.append("it holds more than a receipt may")
    if document.get("outcome") not in WORDS.values():
        faults.append("its outcome is none of a failing trace")
    patches: Patches | None = None
    if opening is not None:
        try:
            patches = opening(document)
        except SealError:
            faults.append("its changes do not open")
    return ReceiptFact(
        source_of(record),
        event.source,
        text_of(document.get("repair_id")),
        number,
        of,
        text_of(document.get("tenant_id")),
        text_of(document.get("outcome")),
        text_of(document.get("input_sha256")),
        text_of(document.get("output_sha256")),
        tuple(faults),
        patches,
        document.get("changes") is not None,
    )


def kept(record: EndRecord) -> Came:
    """What is kept of a classified record while its end is looked for."""
    return Came(record.marks.source, record.marks, record.digest, record.whole, record.planned, record.tried)


def unfit(came: Came, went: EndRecord, key: bytes | None) -> list[str]:
    """What is wrong with the end of a trace beside its classified record, in words that hold no value."""
    why = list(went.marks.faults)
    if went.marks.outcome != WORDS[went.role]:
        why.append("header assay-outcome does not fit the topic")
    if went.marks.sha256 != came.marks.sha256:
        why.append("header assay-sha256 differs")
    if went.marks.attempt != came.marks.attempt:
        why.append("header assay-attempt differs")
    return why if went.role is TopicRole.REMEDIATED else [*why, *_unlike_envelope(came, went, key)]


def _unlike_envelope(came: Came, went: EndRecord, key: bytes | None) -> Iterator[str]:
    if went.digest.headers != came.digest.headers:
        yield "the headers differ"
    if went.role is TopicRole.DEAD_LETTER and key != went.fingerprint:
        yield "the key is not the fingerprint"
    if went.role is TopicRole.QUARANTINE and went.digest.key != came.digest.key:
        yield "the key differs"
    if went.marks.reason in AS_IT_CAME:
        if went.whole != came.whole:
            yield "it was to go on as it came"
        return
    if (went.digest.value, went.digest.length) != (came.digest.value, came.digest.length):
        yield "the envelope or its payload differs in more than its end"
    if went.ended_as != WORDS[went.role]:
        yield "envelope and topic say different ends"
    if went.tried < came.tried:
        yield "earlier tries are forgotten"


def misrouted(came: Came, went: EndRecord) -> str | None:
    """Why the trace may not have ended there, by what was decided before, or ``None``."""
    if went.marks.reason in AS_IT_CAME and went.role is TopicRole.DEAD_LETTER:
        return None
    planned = _PLANNED.get(came.planned)  # type: ignore[call-overload]  # any text may be looked up
    if planned is None:
        return None if went.role is TopicRole.DEAD_LETTER else "nothing was decided, so a person must look"
    if went.role not in planned:
        return "it ended elsewhere than was decided"
    if came.planned != Disposition.REMEDIATE and went.marks.reason != came.marks.reason:
        return "its reason is another than was decided"
    return None


def incomplete(receipts: Sequence[ReceiptFact], expected: int) -> str | None:
    """How the receipts of a repair differ from ``1 … expected``, each once; or ``None``."""
    numbers = sorted(receipt.number for receipt in receipts)
    if numbers == list(range(1, expected + 1)) and all(receipt.of == expected for receipt in receipts):
        return None
    return f"of {expected} receipts it has {len(set(numbers))}, {len(numbers)} records in all"


def _kept(headers: Headers) -> list[tuple[str, bytes | None]]:
    return [(name, value) for name, value in headers if name not in _REPLACED and not name.startswith(_DLQ)]
