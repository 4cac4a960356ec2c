"""Group membership in memory: eager rebalances, as aiokafka does them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from aiokafka import TopicPartition

from assay.agents.transport.protocol import AssignmentListener
from assay.agents.transport.slots import partitions_of, share_out
from assay.pipeline.core.errors import RefusedError


@dataclass(eq=False)
class Member:
    """One consumer of a group."""

    name: str
    listener: AssignmentListener
    owned: frozenset[TopicPartition] = frozenset()
    positions: dict[TopicPartition, int] = field(default_factory=dict)
    alive: bool = True
    """A frozen member hears nothing and is no longer counted, but still thinks that it owns what it owned."""


class MemoryGroup:
    """Hands out slots to members; every change revokes everything first."""

    def __init__(self, name: str, topics: Sequence[str], slots: int, partitions: int) -> None:
        self.name = name
        self._topics = topics
        self.slots = slots
        self._partitions = partitions
        self._members: list[Member] = []
        self._lock = asyncio.Lock()

    async def join(self, member: Member, slots: int) -> None:
        """Take part. Raises :class:`RefusedError` when the others count slots differently."""
        if self._members and slots != self.slots:
            raise RefusedError(f"other workers of this group do not use {slots} slots")
        self.slots = slots
        async with self._lock:
            await self._revoke()
            self._members.append(member)
            await self._assign()

    async def leave(self, member: Member) -> None:
        """Give up what the member owned to the others."""
        async with self._lock:
            if member not in self._members:
                return
            self._members.remove(member)
            member.owned = frozenset()
            await self._revoke()
            await self._assign()

    async def freeze(self, member: Member) -> None:
        """The member falls silent past its session time-out: the others take over, it does not notice."""
        async with self._lock:
            self._members.remove(member)
            await self._revoke()
            await self._assign()

    async def _revoke(self) -> None:
        for member in self._members:
            if member.owned:
                await member.listener.revoked(member.owned)
            member.owned = frozenset()
            member.positions.clear()

    async def _assign(self) -> None:
        if not self._members:
            return
        shares = share_out([member.name for member in self._members], self.slots)
        for member in self._members:
            member.owned = frozenset(
                TopicPartition(topic, partition)
                for topic in self._topics
                for slot in shares[member.name]
                for partition in partitions_of(slot, self.slots, self._partitions)
            )
            await member.listener.assigned(member.owned)
