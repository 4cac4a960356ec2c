"""Records that a keyed lane could not take in, set aside on ``dlq.quality``: nothing is lost, and the lane goes on.

A copy, since the record's own topic may be compacted; with the headers by which Kafka's tools know a dead
letter (KIP-1191). Records of these topics hold no value of a trace that is not sealed, so a copy gives nothing away.
"""

import hashlib

from assay.agents.topics import TOPICS
from assay.pipeline.core import headers as names
from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.record import Record
from assay.pipeline.core.text import clip
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.core.word import Word

MOST_MESSAGE = 500
OVERHEAD_BYTES = 1024
"""What a batch and our headers add to a record, and then some."""
_OURS = frozenset(
    {
        names.DLQ_TOPIC,
        names.DLQ_PARTITION,
        names.DLQ_OFFSET,
        names.DLQ_GROUP,
        names.DLQ_DELIVERY_COUNT,
        names.DLQ_MESSAGE,
    }
)


class Cause(Word):
    """Why the engine itself set a record aside; a step has words of its own."""

    STEP_FAILED = "step_failed"
    TICK_FAILED = "tick_failed"
    TICK_STANDS_STILL = "tick_stands_still"
    """After the tick the key wanted another one at once."""
    TOO_LARGE = "too_large"
    """The state or an effect is larger than its topic takes."""
    EFFECT_ON_STATE = "effect_on_state"
    """The step wanted to write to the state topic by itself: memory and topic would differ."""
    WORKER_CRASH = "worker_crash"


def refused_record(record: Record, group: str, why: str, deliveries: int = 1) -> Outgoing:
    """A record as it came, and why it was not taken in. ``why`` holds nothing of the record."""
    return _set_aside(record, group, why, deliveries, [(names.DLQ_OFFSET, b"%d" % record.offset)])


def refused_tick(state: Record, group: str, why: str) -> Outgoing:
    """The state of a key whose tick was not taken in; ``state`` as a record of the state topic, of no known offset."""
    return _set_aside(state, group, why, 1, [])


def fits(outgoing: Outgoing) -> bool:
    """Whether its topic takes it, with room for what comes around it."""
    return _size(outgoing) + OVERHEAD_BYTES <= TOPICS[outgoing.role].max_message_bytes


def _size(outgoing: Outgoing) -> int:
    size = len(outgoing.key or b"") + len(outgoing.value or b"")
    return size + sum(4 * len(name) + len(value or b"") for name, value in outgoing.headers)


def _set_aside(
    record: Record, group: str, why: str, deliveries: int, more: list[tuple[str, bytes]]
) -> Outgoing:
    ours = [
        (names.DLQ_TOPIC, record.topic.encode()),
        (names.DLQ_PARTITION, b"%d" % record.partition),
        *more,
        (names.DLQ_GROUP, group.encode()),
        (names.DLQ_DELIVERY_COUNT, b"%d" % deliveries),
        (names.DLQ_MESSAGE, clip(why, MOST_MESSAGE).encode()),
    ]
    theirs = [pair for pair in record.headers if pair[0] not in _OURS]
    outgoing = Outgoing(TopicRole.REFUSED, None, record.key, record.value, [*theirs, *ours], None)
    if fits(outgoing):
        return outgoing
    # Its broker took it compressed. What is left says which record it was.
    digest = hashlib.sha256(record.value or b"").hexdigest().encode()
    return Outgoing(TopicRole.REFUSED, None, None, None, [*ours, (names.SHA256, digest)], None)
