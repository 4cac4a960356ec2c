"""What a lane needs of a log with transactions; Kafka and memory both offer it.

One behaviour suite, ``tests/transport``, holds both to these contracts.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple, Protocol

from aiokafka import TopicPartition

from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.record import Record

__all__ = [
    "AssignmentListener",
    "Fetched",
    "GroupConsumer",
    "TopicPartition",
    "TransactionalProducer",
    "Transport",
]


class Fetched(NamedTuple):
    """Records of some partitions, and where reading goes on after them.

    ``positions`` is what to commit: it steps over transaction markers and aborted records, which
    ``last offset + 1`` does not.
    """

    records: Mapping[TopicPartition, Sequence[Record]]
    positions: Mapping[TopicPartition, int]


class AssignmentListener(Protocol):
    """Told of every change of ownership. The group waits until the call returns; an exception in it is a bug."""

    async def assigned(self, partitions: Collection[TopicPartition]) -> None:
        """These partitions are ours from now on, and no others. Fetching has not begun: seek first."""
        ...

    async def revoked(self, partitions: Collection[TopicPartition]) -> None:
        """These are no longer ours when the call returns: end the work on them, or abandon it."""
        ...


class GroupConsumer(Protocol):
    """A member of a consumer group; reads committed records only, commits nothing itself."""

    async def start(self) -> None:
        """Join the group. The listener is called before any record is handed out.

        Raises :class:`RefusedError` when the members disagree on the number of slots.
        """
        ...

    async def fetch(self, partitions: Sequence[TopicPartition], max_records: int, timeout_ms: int) -> Fetched:
        """Up to ``max_records`` in offset order per partition; empty after ``timeout_ms``. May be cancelled:
        what it had read is read again after the next :meth:`seek`.
        """
        ...

    async def committed(self, partition: TopicPartition) -> int | None:
        """The group's committed offset as the broker has it now, never from a cache; ``None`` when there is none.

        Kafka confirms a commit before it has applied it everywhere, so the answer is certain only after
        :meth:`TransactionalProducer.start` of the next producer of the same id has returned (rule 3).
        """
        ...

    async def beginning(self, partition: TopicPartition) -> int:
        """The lowest offset that still exists."""
        ...

    def seek(self, partition: TopicPartition, offset: int) -> None:
        """Go on reading there; drops what was fetched ahead."""
        ...

    def lag(self, partition: TopicPartition) -> int | None:
        """Records between the position and the end as last heard; ``None`` when nothing was heard yet."""
        ...

    async def stop(self) -> None:
        """Leave the group at once (the listener's ``revoked`` is not called: end the work before)."""
        ...


class TransactionalProducer(Protocol):
    """Writes records and offsets of one slot, all or nothing. One transaction at a time.

    Any error but :class:`FencedError` in any call leaves the outcome unknown: :meth:`discard` it, build a
    new one, read back the committed offset (rule 6 of the lane recipe).
    """

    async def start(self) -> None:
        """Fence every older producer of this transactional id and finish what it left open; then return."""
        ...

    async def begin(self) -> None:
        """Open a transaction."""
        ...

    async def send(self, outgoing: Sequence[Outgoing]) -> None:
        """Write, in order per partition, and wait until the broker has acknowledged every one.

        Raises :class:`PermanentError` for a record that its topic cannot take: nothing was sent then.
        """
        ...

    async def send_offsets(self, offsets: Mapping[TopicPartition, int], group: str) -> None:
        """Make the group's new committed offsets part of the transaction."""
        ...

    async def commit(self) -> None:
        """Make it visible. Raises :class:`FencedError` (nothing was) or :class:`UnknownOutcomeError`."""
        ...

    async def abort(self) -> None:
        """Undo everything since :meth:`begin`."""
        ...

    async def close(self) -> None:
        """End politely, outside of a transaction."""
        ...

    async def discard(self) -> None:
        """Drop every connection without another word to the broker; quick, whatever state it is in."""
        ...


class Transport(Protocol):
    """Where topics live."""

    async def start(self) -> None:
        """Connect. Raises :class:`DependencyUnavailableError`."""
        ...

    async def stop(self) -> None:
        """Disconnect."""
        ...

    async def partitions(self, topic: str) -> int:
        """How many partitions a topic has. Raises :class:`DependencyUnavailableError` when there is no such topic."""
        ...

    def consumer(
        self,
        *,
        group: str,
        topic: str,
        slots: int,
        listener: AssignmentListener,
        more_topics: Sequence[str] = (),
    ) -> GroupConsumer:
        """A new group member that takes part in the ownership of whole slots.

        ``more_topics`` have as many partitions as ``topic``: who owns a partition of one owns those with the same
        number of the others. All members of a group must read the same topics.
        """
        ...

    async def ends(self, partitions: Sequence[TopicPartition]) -> Mapping[TopicPartition, int]:
        """Where these partitions end now, records of open transactions included. Raises :class:`TransientError`."""
        ...

    async def read(
        self,
        partitions: Sequence[TopicPartition],
        take: Callable[[Sequence[Record]], None],
        begin: Mapping[TopicPartition, int] | None = None,
    ) -> None:
        """All committed records of these partitions, from the beginning up to the end as it is now, outside of any group.

        ``begin``: offsets to begin with instead, for partitions that are in it.

        ``take`` gets them in parts, in order per partition. What is in an open transaction at that time is waited
        for: the end is that of all records, not of the committed ones. Raises :class:`TransientError`.
        """
        ...

    def producer(self, transactional_id: str) -> TransactionalProducer:
        """A new producer for that id."""
        ...
