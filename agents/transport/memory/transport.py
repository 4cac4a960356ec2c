"""Consumers and producers on a :class:`MemoryLog`."""

import asyncio
import itertools
from collections.abc import Callable, Mapping, Sequence

from aiokafka import TopicPartition

from assay.agents.topics import topic_name
from assay.agents.transport.partitioner import partition_of
from assay.agents.transport.protocol import AssignmentListener, Fetched
from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.record import Record

from .group import Member, MemoryGroup
from .log import MemoryLog, Status, Transaction

POLL_S = 0.001
READ_RECORDS = 1000


class MemoryConsumer:
    """A :class:`GroupConsumer`."""

    def __init__(self, log: MemoryLog, group: MemoryGroup, member: Member, slots: int) -> None:
        self.member = member
        self._log = log
        self._group = group
        self._slots = slots

    async def start(self) -> None:
        """See :class:`GroupConsumer`."""
        await self._group.join(self.member, self._slots)

    async def fetch(self, partitions: Sequence[TopicPartition], max_records: int, timeout_ms: int) -> Fetched:
        """See :class:`GroupConsumer`."""
        deadline = asyncio.get_running_loop().time() + timeout_ms / 1000
        while True:
            fetched = self._poll(partitions, max_records)
            if fetched.records or asyncio.get_running_loop().time() >= deadline:
                return fetched
            await asyncio.sleep(POLL_S)

    def _poll(self, partitions: Sequence[TopicPartition], most: int) -> Fetched:
        records: dict[TopicPartition, Sequence[object]] = {}
        positions: dict[TopicPartition, int] = {}
        for partition in partitions:
            position = self.member.positions.get(partition)
            if position is None or most <= 0:
                continue
            found, position = self._log.read(partition, position, most)
            self.member.positions[partition] = position
            if found:
                records[partition] = found
                positions[partition] = position
                most -= len(found)
        return Fetched(records, positions)  # type: ignore[arg-type]  # RawRecord is a Record; mypy loses it in the invariant dict

    async def committed(self, partition: TopicPartition) -> int | None:
        """See :class:`GroupConsumer`."""
        return self._log.committed(self._group.name, partition)

    async def beginning(self, partition: TopicPartition) -> int:  # noqa: ARG002 - nothing is ever deleted
        """See :class:`GroupConsumer`."""
        return 0

    def seek(self, partition: TopicPartition, offset: int) -> None:
        """See :class:`GroupConsumer`."""
        self.member.positions[partition] = offset

    def lag(self, partition: TopicPartition) -> int | None:
        """See :class:`GroupConsumer`."""
        position = self.member.positions.get(partition)
        return None if position is None else self._log.stable_end(partition) - position

    async def stop(self) -> None:
        """See :class:`GroupConsumer`."""
        await self._group.leave(self.member)


class MemoryProducer:
    """A :class:`TransactionalProducer`."""

    def __init__(self, log: MemoryLog, transactional_id: str, prefix: str) -> None:
        self._log = log
        self._id = transactional_id
        self._prefix = prefix
        self._epoch = -1
        self._transaction: Transaction | None = None

    async def start(self) -> None:
        """See :class:`TransactionalProducer`."""
        self._epoch = self._log.init_producer(self._id)

    async def begin(self) -> None:
        """See :class:`TransactionalProducer`."""
        self._transaction = self._log.begin(self._id, self._epoch)

    async def send(self, outgoing: Sequence[Outgoing]) -> None:
        """See :class:`TransactionalProducer`."""
        for record in outgoing:
            self._log.check_epoch(self._id, self._epoch)
            topic = topic_name(record.role, self._prefix)
            partition = record.partition
            if partition is None:
                partition = partition_of(record.key, self._log.partitions(topic))
            self._log.append(
                TopicPartition(topic, partition),
                record.key,
                record.value,
                record.headers,
                timestamp=-1 if record.timestamp is None else record.timestamp,
                transaction=self._transaction,
            )
        await asyncio.sleep(0)

    async def send_offsets(self, offsets: Mapping[TopicPartition, int], group: str) -> None:
        """See :class:`TransactionalProducer`."""
        self._log.check_epoch(self._id, self._epoch)
        assert self._transaction is not None
        self._transaction.offsets.update(
            {(group, partition): offset for partition, offset in offsets.items()}
        )

    async def commit(self) -> None:
        """See :class:`TransactionalProducer`."""
        self._log.finish(self._id, self._epoch, Status.COMMITTED)

    async def abort(self) -> None:
        """See :class:`TransactionalProducer`."""
        self._log.finish(self._id, self._epoch, Status.ABORTED)

    async def close(self) -> None:
        """See :class:`TransactionalProducer`."""

    async def discard(self) -> None:
        """See :class:`TransactionalProducer`."""


class MemoryTransport:
    """A :class:`assay.agents.transport.protocol.Transport` on a log that several transports may share."""

    def __init__(self, log: MemoryLog, prefix: str = "") -> None:
        self.log = log
        self._prefix = prefix
        self._groups: dict[tuple[str, str], MemoryGroup] = {}
        self._numbers = itertools.count()

    async def start(self) -> None:
        """See :class:`Transport`."""

    async def stop(self) -> None:
        """See :class:`Transport`."""

    async def partitions(self, topic: str) -> int:
        """See :class:`Transport`."""
        return self.log.partitions(topic)

    def group(self, group: str, topic: str, slots: int = 1, more_topics: Sequence[str] = ()) -> MemoryGroup:
        """The group of that name."""
        return self._groups.setdefault(
            (group, topic), MemoryGroup(group, (topic, *more_topics), slots, self.log.partitions(topic))
        )

    def consumer(
        self,
        *,
        group: str,
        topic: str,
        slots: int,
        listener: AssignmentListener,
        more_topics: Sequence[str] = (),
    ) -> MemoryConsumer:
        """See :class:`Transport`."""
        member = Member(f"member-{next(self._numbers):04d}", listener)
        return MemoryConsumer(self.log, self.group(group, topic, slots, more_topics), member, slots)

    async def ends(self, partitions: Sequence[TopicPartition]) -> Mapping[TopicPartition, int]:
        """See :class:`Transport`."""
        return {partition: self.log.end(partition) for partition in partitions}

    async def read(
        self,
        partitions: Sequence[TopicPartition],
        take: Callable[[Sequence[Record]], None],
        begin: Mapping[TopicPartition, int] | None = None,
    ) -> None:
        """See :class:`Transport`."""
        for partition in partitions:
            end = self.log.end(partition)
            position = (begin or {}).get(partition, 0)
            while position < end:
                records, position = self.log.read(partition, position, READ_RECORDS)
                take(records)
                await asyncio.sleep(0 if records else POLL_S)

    def producer(self, transactional_id: str) -> MemoryProducer:
        """See :class:`Transport`."""
        return MemoryProducer(self.log, transactional_id, self._prefix)
