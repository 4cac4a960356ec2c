"""A trace that is to be repaired, and what its envelope says of the raw record that it was."""

from collections.abc import Collection
from typing import NamedTuple

from assay.pipeline.classify.envelope import Envelope
from assay.pipeline.core import headers as names
from assay.pipeline.core.clock import ns_of
from assay.pipeline.core.record import RawRecord, Record, Source
from assay.pipeline.core.replay_mark import Mark, without_mark
from assay.pipeline.core.verdict import Verdict
from assay.pipeline.dispose import Payload
from assay.pipeline.remediate import Rejudged


class Case(NamedTuple):
    """A trace that is to be repaired."""

    record: Record
    """Its classified record."""
    envelope: Envelope
    came: Payload
    """Its raw record, opened."""
    verdict: Verdict
    """What today's bundle says of it: the envelope lists issues in the words and the number of yesterday's."""
    at_ns: int
    """When it was first judged."""
    mark: Mark | None
    """Of a replayed raw record: the detector saw its proof."""


class Judged(NamedTuple):
    """What the detectors say of a repaired copy."""

    result: Rejudged
    verdict: Verdict | None
    codes: Collection[str] | None
    """Those that still block it; ``None`` when nobody asked."""


UNASKED = Judged(Rejudged.NOT_JUDGED, None, None)


def raw_record(envelope: Envelope, came: Payload, value: bytes | None, mark: Mark | None) -> RawRecord:
    """What detectors saw of the raw record, with this value: of a replayed one, the original."""
    timestamp = raw_timestamp(envelope) if mark is None else mark.timestamp
    return RawRecord(
        envelope.topic,
        envelope.partition,
        envelope.offset,
        -1 if timestamp is None else timestamp,
        came.key,
        value,
        came.headers if mark is None else without_mark(came.headers),
    )


def raw_source(envelope: Envelope) -> Source:
    """Where the raw record is."""
    return Source(envelope.topic, envelope.partition, envelope.offset)


def raw_timestamp(envelope: Envelope) -> int | None:
    """The raw record's time; ``None`` for what cannot be one."""
    source = envelope.document.get("source")
    found = source.get("timestamp") if isinstance(source, dict) else None
    return found if type(found) is int and 0 <= found < 2**63 else None


def detected_at(envelope: Envelope, now_ns: int) -> int:
    """When it was first judged; ``now_ns`` where the envelope does not say."""
    try:
        return ns_of(envelope.detected_at)
    except ValueError:  # the form of a time, and no time: the 40th of May
        return now_ns


def attempt_of(record: Record, envelope: Envelope) -> int:
    """The number of header ``assay-attempt``, which goes on as it came."""
    came = names.first(record.headers, names.ATTEMPT) or b""
    return int(came) if came.isdigit() and len(came) < 7 else envelope.attempts - 1
