"""What a step wants written; the lane writes it, in the transaction of the offset that caused it."""

from typing import NamedTuple

from .record import Headers
from .topics import TopicRole


class Outgoing(NamedTuple):
    """One record to write.

    ``partition`` is the source's partition number where order per key must survive, or ``None``:
    then Kafka's default partitioner (murmur2 of ``key``) decides. ``timestamp`` is in milliseconds;
    ``None`` leaves it to the topic.
    """

    role: TopicRole
    partition: int | None
    key: bytes | None
    value: bytes | None
    headers: Headers
    timestamp: int | None
