"""A fetched batch in parts that fit a transaction: a batch may swell when it is decompressed."""

from collections.abc import Iterator, Sequence

from assay.agents.transport.protocol import Fetched, TopicPartition
from assay.pipeline.core.record import Record

PART_BYTES = 8_388_608
"""A transaction of more input than this takes too long, whatever it compresses to."""


def parts_of(fetched: Fetched, most_bytes: int = PART_BYTES) -> Iterator[Fetched]:
    """The batch in order, in parts of at most ``most_bytes`` of values (one record may exceed it alone).

    The position after a part is the offset of the partition's next record; after its last, the fetched position.
    """
    if sum(map(bytes_of, fetched.records.values())) <= most_bytes:  # nearly always
        yield fetched
        return
    part: dict[TopicPartition, list[Record]] = {}
    size = 0
    for partition, records in fetched.records.items():
        for record in records:
            weight = len(record.value or b"")
            if part and size + weight > most_bytes:
                yield _part(fetched, part, record)
                part, size = {}, 0
            part.setdefault(partition, []).append(record)
            size += weight
    if part:
        yield _part(fetched, part, None)


def bytes_of(records: Sequence[Record]) -> int:
    """The bytes of their values."""
    return sum([len(record.value or b"") for record in records])


def _part(fetched: Fetched, part: dict[TopicPartition, list[Record]], following: Record | None) -> Fetched:
    positions = {partition: fetched.positions[partition] for partition in part}
    if following is not None:
        partition = TopicPartition(following.topic, following.partition)
        if partition in part:
            positions[partition] = following.offset
    records: dict[TopicPartition, Sequence[Record]] = {**part}
    return Fetched(records, positions)
