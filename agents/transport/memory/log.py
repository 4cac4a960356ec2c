"""Partitions, transactions and committed offsets, as a broker keeps them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from aiokafka import TopicPartition

from assay.pipeline.core.errors import DependencyUnavailableError, FencedError
from assay.pipeline.core.record import Headers, RawRecord


class Status(Enum):
    """What became of a transaction."""

    OPEN = auto()
    COMMITTED = auto()
    ABORTED = auto()


@dataclass(slots=True, eq=False)
class Transaction:
    """What one producer wrote between begin and end."""

    status: Status = Status.OPEN
    touched: dict[TopicPartition, int] = field(default_factory=dict)
    """Each partition that it wrote to, and the offset of its first record there."""
    offsets: dict[tuple[str, TopicPartition], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """One offset of a partition: a record, or a transaction marker (``record`` is ``None``)."""

    record: RawRecord | None
    transaction: Transaction | None


class MemoryLog:
    """The broker's memory. All methods are atomic: they do not await."""

    def __init__(self, topics: Mapping[str, int]) -> None:
        self._entries: dict[TopicPartition, list[Entry]] = {
            TopicPartition(topic, partition): []
            for topic, count in topics.items()
            for partition in range(count)
        }
        self._partitions = dict(topics)
        self._epochs: dict[str, int] = {}
        self._open: dict[str, Transaction] = {}
        self._committed: dict[tuple[str, TopicPartition], int] = {}

    def partitions(self, topic: str) -> int:
        """How many partitions the topic has. Raises :class:`DependencyUnavailableError` when there is none."""
        if topic not in self._partitions:
            raise DependencyUnavailableError(f"no topic {topic}")
        return self._partitions[topic]

    def append(
        self,
        partition: TopicPartition,
        key: bytes | None,
        value: bytes | None,
        headers: Headers = (),
        *,
        timestamp: int = -1,
        transaction: Transaction | None = None,
    ) -> int:
        """Write one record; its offset."""
        entries = self._entries[partition]
        offset = len(entries)
        record = RawRecord(
            partition.topic, partition.partition, offset, timestamp, key, value, tuple(headers)
        )
        entries.append(Entry(record, transaction))
        if transaction is not None:
            transaction.touched.setdefault(partition, offset)
        return offset

    def end(self, partition: TopicPartition) -> int:
        """The offset after the last entry."""
        return len(self._entries[partition])

    def stable_end(self, partition: TopicPartition) -> int:
        """The last stable offset: where the oldest open transaction of the partition begins, else the end."""
        begun = (each.touched[partition] for each in self._open.values() if partition in each.touched)
        return min(begun, default=self.end(partition))

    def read(self, partition: TopicPartition, offset: int, most: int) -> tuple[list[RawRecord], int]:
        """Committed records from an offset on, and the position after them."""
        records: list[RawRecord] = []
        stable = self.stable_end(partition)
        while offset < stable and len(records) < most:
            entry = self._entries[partition][offset]
            offset += 1
            if entry.record is None:
                continue
            if entry.transaction is None or entry.transaction.status is Status.COMMITTED:
                records.append(entry.record)
        return records, offset

    def committed(self, group: str, partition: TopicPartition) -> int | None:
        """The group's committed offset."""
        return self._committed.get((group, partition))

    def init_producer(self, transactional_id: str) -> int:
        """A new epoch: older ones are fenced, and what they left open is aborted."""
        if transactional_id in self._open:
            self._end(transactional_id, Status.ABORTED)
        self._epochs[transactional_id] = self._epochs.get(transactional_id, -1) + 1
        return self._epochs[transactional_id]

    def check_epoch(self, transactional_id: str, epoch: int) -> None:
        """Raises :class:`FencedError` for an epoch that is not the newest."""
        if self._epochs.get(transactional_id) != epoch:
            raise FencedError("another producer has taken over this transactional id")

    def begin(self, transactional_id: str, epoch: int) -> Transaction:
        """Open a transaction."""
        self.check_epoch(transactional_id, epoch)
        transaction = self._open[transactional_id] = Transaction()
        return transaction

    def finish(self, transactional_id: str, epoch: int, status: Status) -> None:
        """Commit or abort the open transaction."""
        self.check_epoch(transactional_id, epoch)
        self._end(transactional_id, status)

    def _end(self, transactional_id: str, status: Status) -> None:
        transaction = self._open.pop(transactional_id)
        transaction.status = status
        for partition in transaction.touched:
            self._entries[partition].append(Entry(None, transaction))
        if status is Status.COMMITTED:
            self._committed.update(transaction.offsets)

    def visible(self, topic: str) -> Sequence[RawRecord]:
        """All committed records of a topic, by partition and offset: what a test looks at."""
        return [
            record
            for partition in range(self.partitions(topic))
            for record in self.read(TopicPartition(topic, partition), 0, 1 << 60)[0]
        ]
