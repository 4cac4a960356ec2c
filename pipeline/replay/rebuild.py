"""The raw record of a new try: the original's key, value and headers, and the mark behind them (promise 2)."""

from ..core.outgoing import Outgoing
from ..core.record import Headers, Source
from ..core.replay_mark import Mark, marked, without_mark
from ..core.topics import TopicRole
from .decision import ReplayDecision

_AROUND = 1024
"""Bytes of a record batch that are not its key, value and headers, and the lengths of those."""


def rebuild(
    *,
    mark: Mark,
    topic: str,
    key: bytes | None,
    value: bytes | None,
    headers: Headers,
    secret: bytes,
    now_ms: int,
    most_bytes: int,
    was_replayed: bool,
) -> Outgoing | ReplayDecision:
    """The record for the raw topic, on the partition of the first one; ``TOO_LARGE`` when the topic cannot take it.

    ``headers`` are those that were sealed. When that try ``was_replayed``, they end in its mark; on a first pass, what
    looks like one is the producer's.
    """
    came = without_mark(headers) if was_replayed else headers
    source: Source = mark.of
    written = marked(came, mark, topic=topic, partition=source.partition, key=key, value=value, secret=secret)
    size = len(key or b"") + len(value or b"") + _AROUND
    size += sum(
        len(name.encode("utf-8", "surrogatepass")) + len(content or b"") + 10 for name, content in written
    )
    if size > most_bytes:
        return ReplayDecision.TOO_LARGE
    return Outgoing(TopicRole.RAW, source.partition, key, value, written, now_ms)
