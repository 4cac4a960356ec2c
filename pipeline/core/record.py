"""A Kafka record, as the pipeline sees it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, Self

Headers = Sequence[tuple[str, bytes | None]]


class Source(NamedTuple):
    """Where a raw record lies; travels with everything that is derived from it (header ``assay-src``)."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.topic}/{self.partition}/{self.offset}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The inverse of ``str``. Raises ``ValueError`` for anything else."""
        topic, partition, offset = text.rsplit("/", 2)
        # `int` takes more than it writes: signs, spaces, underscores, digits of other scripts.
        if not (topic and (partition + offset).isascii() and partition.isdecimal() and offset.isdecimal()):
            raise ValueError("a source is topic/partition/offset")
        return cls(topic, int(partition), int(offset))


class Record(Protocol):
    """One record read from a topic. ``aiokafka.ConsumerRecord`` is one; names are Kafka's."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int:
        """Milliseconds since 1970; -1 when the producer set none."""
        ...

    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Headers: ...


@dataclass(frozen=True, slots=True)
class RawRecord:
    """A :class:`Record` that did not come through a Kafka client: from a file, a test, memory."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Headers = ()


def key_and_headers_bytes(record: Record) -> int:
    """The size of what travels with a value: key, header names and header values, in bytes (names counted as characters)."""
    size = len(record.key or b"")
    for name, value in record.headers:  # a loop: on the hot path a generator costs more than the work
        size += len(name) + len(value or b"")
    return size


def source_of(record: Record) -> Source:
    """The coordinates of a record."""
    return Source(record.topic, record.partition, record.offset)
