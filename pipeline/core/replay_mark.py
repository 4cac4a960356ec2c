"""The mark of a replayed raw record: what it is a new try of, and the proof that the replay agent wrote it (DESIGN 8).

The mark is the block of headers at the very end of a raw record. Headers of the same names further to the front are
the producer's; they count for nothing, and stay where they are, so that the original's headers survive byte for byte.
"""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from . import headers as names
from .record import Headers, RawRecord, Record, Source

MOST_ATTEMPTS = 1000
"""A number beyond this was never written by a replay."""
_ALWAYS = (names.REPLAY_OF, names.REPLAY_JOB, names.ATTEMPT, names.REPLAY_TIMESTAMP)
_SOMETIMES = (names.REPLAY_WITHOUT, names.RECEIPT)
_Pair = tuple[str, bytes | None]


class Mark(NamedTuple):
    """What a replayed record is a new try of."""

    of: Source
    """The very first raw record: the same through all tries."""
    job: str
    attempt: int
    """1 for the first replay."""
    timestamp: int
    """The first record's own time in milliseconds; the new record has the time of its writing, or retention would
    remove it at once. Detectors judge by this one, so that a replay changes nothing.
    """
    receipt: str = ""
    """Of the edit that a person made; empty when key, value and headers are the original's."""
    without: tuple[str, ...] = ()
    """``name@version`` of remediation rules that were undone for this trace: they never repair it again, at no later try."""


def marked(
    headers: Headers,
    mark: Mark,
    *,
    topic: str,
    partition: int,
    key: bytes | None,
    value: bytes | None,
    secret: bytes,
) -> list[_Pair]:
    """The headers with the mark behind them. The proof covers all that the record is, and where it is written to."""
    block: list[_Pair] = [
        (names.REPLAY_OF, str(mark.of).encode()),
        (names.REPLAY_JOB, mark.job.encode()),
        (names.ATTEMPT, b"%d" % mark.attempt),
        (names.REPLAY_TIMESTAMP, b"%d" % mark.timestamp),
    ]
    if mark.without:
        block.append((names.REPLAY_WITHOUT, ",".join(mark.without).encode()))
    if mark.receipt:
        block.append((names.RECEIPT, mark.receipt.encode()))
    all_but_proof = [*headers, *block]
    proof = _proof(secret, (topic, partition), (key, value), all_but_proof)
    return [*all_but_proof, (names.REPLAY_PROOF, proof)]


def read_mark(record: Record, secret: bytes) -> Mark | None:
    """The mark of a raw record; ``None`` when it has none, or one that was not made with this secret.

    Never raises. Costs next to nothing for a record whose last header is not a proof.
    """
    headers = record.headers
    if not headers or headers[-1][0] != names.REPLAY_PROOF:
        return None
    proof = _proof(secret, (record.topic, record.partition), (record.key, record.value), headers[:-1])
    if not hmac.compare_digest(proof, headers[-1][1] or b""):
        return None
    return mark_of(headers)


def mark_of(headers: Headers) -> Mark | None:
    """What the headers say, unproved: for those that were sealed when the proof had been seen."""
    if not headers or headers[-1][0] != names.REPLAY_PROOF:
        return None
    return _parsed(headers[-_length(headers) : -1])


def marks_of(records: Sequence[Record], secret: bytes) -> Sequence[Mark | None] | None:
    """The mark of each record; ``None`` when no record has one, which is nearly always and costs next to nothing."""
    for record in records:
        headers = record.headers
        if headers and headers[-1][0] == names.REPLAY_PROOF:
            return [read_mark(each, secret) for each in records]
    return None


def original(record: Record, mark: Mark) -> RawRecord:
    """The record without its mark, at the time of the first one: what is to be judged, and what a producer sent."""
    return RawRecord(
        record.topic,
        record.partition,
        record.offset,
        mark.timestamp,
        record.key,
        record.value,
        without_mark(record.headers),
    )


def as_judged(record: Record, secret: bytes) -> Record:
    """What detectors see of a raw record: a replayed one as its :func:`original`, any other as it came."""
    mark = read_mark(record, secret)
    return record if mark is None else original(record, mark)


def without_mark(headers: Headers) -> Headers:
    """The headers before the mark. Only for headers whose mark was proved, now or when the record was judged."""
    if not headers or headers[-1][0] != names.REPLAY_PROOF:
        return headers
    return headers[: -_length(headers)]


def passed_on(mark: Mark) -> list[_Pair]:
    """What records derived from a replayed one carry of its mark, beside ``assay-attempt``."""
    return [(names.REPLAY_OF, str(mark.of).encode()), (names.REPLAY_JOB, mark.job.encode())]


def _length(headers: Headers) -> int:
    """How many headers the mark has. Those that it may lack stand between those that it has and the proof."""
    length = 1
    for name in reversed(_SOMETIMES):
        if len(headers) > length and headers[-1 - length][0] == name:
            length += 1
    return len(_ALWAYS) + length


def _parsed(block: Sequence[_Pair]) -> Mark | None:
    """A proved block is always well formed; what is not was made by another version, and counts for nothing."""
    if tuple(name for name, _ in block[: len(_ALWAYS)]) != _ALWAYS:
        return None
    texts = [(value or b"").decode("utf-8", "replace") for _, value in block]
    try:
        of, attempt, timestamp = Source.parse(texts[0]), int(texts[2]), int(texts[3])
    except ValueError:
        return None
    if not 0 < attempt <= MOST_ATTEMPTS:
        return None
    more = {name: text for (name, _), text in zip(block, texts, strict=True) if name in _SOMETIMES}
    without = more.get(names.REPLAY_WITHOUT, "")
    return Mark(
        of, texts[1], attempt, timestamp, more.get(names.RECEIPT, ""), tuple(filter(None, without.split(",")))
    )


def _proof(
    secret: bytes, at: tuple[str, int], content: tuple[bytes | None, bytes | None], headers: Iterable[_Pair]
) -> bytes:
    mac = hmac.new(secret, b"assay replay mark\0", hashlib.sha256)
    topic, partition = at
    parts: list[bytes | None] = [topic.encode("utf-8", "surrogatepass"), b"%d" % partition, *content]
    for name, value in headers:
        parts += (name.encode("utf-8", "surrogatepass"), value)
    for part in parts:
        # With its length before it, no part can pass for two.
        mac.update(b"-" if part is None else b"%d:" % len(part))
        mac.update(part or b"")
    return mac.hexdigest().encode()
