"""A slot's right to write: fence older owners, go on where they ended, and find out after every doubt (rules 3, 6, 7).

The order of the calls in :meth:`SlotOwner.open` and :meth:`SlotOwner.write` is the proof of promise 1;
``tests/broker/test_planted_bugs.py`` changes it and shows that the auditor notices.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from assay.agents.transport.protocol import GroupConsumer, TopicPartition, TransactionalProducer
from assay.pipeline.core.outgoing import Outgoing

from .crash import CrashPoints
from .events import LaneEvents
from .within import within

log = logging.getLogger(__name__)

CLOSE_S = 4.0
"""How long the producer may take to end politely."""


@dataclass(frozen=True, slots=True)
class OwnerContext:
    """What all slots of a lane share to write."""

    group: str
    consumer: GroupConsumer
    new_producer: Callable[[int], TransactionalProducer]
    events: LaneEvents
    crash: CrashPoints
    transaction_s: float
    """A transaction that takes longer has an unknown outcome."""
    fenced_pause_s: float
    """How long a fenced slot waits before it tries again: long enough to hear that it was given away."""


class SlotOwner:
    """The producer of a slot and the offsets up to which its work is committed.

    After an error in :meth:`write` the outcome is unknown: :meth:`discard`, then :meth:`open` again.
    """

    def __init__(self, context: OwnerContext, slot: int, partitions: Sequence[TopicPartition]) -> None:
        self._context = context
        self._slot = slot
        self._partitions = partitions
        self._producer: TransactionalProducer | None = None
        self._settled = False
        self.positions: dict[TopicPartition, int] = {}

    @property
    def settled(self) -> bool:
        """Whether nothing is in doubt: the producer is there and has no transaction open."""
        return self._settled

    async def open(self) -> None:
        """Fence older owners, then read the committed offsets, then seek: in this order.

        The producer's start returns when the transactions of older producers are finished: only then are offsets, and
        what stands on a state topic, final.
        """
        self._settled = False
        self._producer = self._context.new_producer(self._slot)
        await self._producer.start()
        for partition in self._partitions:
            offset = await self._start_of(partition)
            self._context.consumer.seek(partition, offset)
            self.positions[partition] = offset
        self._settled = True

    async def _start_of(self, partition: TopicPartition) -> int:
        committed = await self._context.consumer.committed(partition)
        beginning = await self._context.consumer.beginning(partition)
        if committed is None:
            return beginning
        if committed < beginning:
            log.error("records are gone before they were read: %s/%d", partition.topic, partition.partition)
            self._context.events.data_lost(partition.topic, partition.partition, beginning - committed)
            return beginning
        return committed

    async def write(self, outgoing: Sequence[Outgoing], positions: Mapping[TopicPartition, int]) -> None:
        """One transaction: the records and the offsets, if there are any. When it returns, both are committed."""
        context, producer = self._context, self._producer
        assert producer is not None
        self._settled = False
        async with asyncio.timeout(context.transaction_s):
            await producer.begin()
            context.crash.reach("after_begin")
            await producer.send(outgoing)
            context.crash.reach("after_send")
            if positions:
                await producer.send_offsets(positions, context.group)
            context.crash.reach("after_offsets")
            context.crash.reach("before_end_txn")
            await producer.commit()
        self._settled = True
        context.crash.reach("after_end_txn")
        self.positions.update(positions)

    async def close(self) -> None:
        """End politely when nothing is in doubt; else drop everything."""
        if self._settled and self._producer is not None and await within(CLOSE_S, self._producer.close()):
            self._producer = None
        await self.discard()

    async def discard(self) -> None:
        """Drop the producer without another word to the broker."""
        self._settled = False
        if self._producer is not None:
            producer, self._producer = self._producer, None
            await producer.discard()
