"""A keyed lane: a step over the state of each key, exactly once, with ticks (DESIGN 5, "Three kinds, one engine").

Membership, slots and fencing are those of every lane. What a keyed lane adds: its state is a compacted topic with as
many partitions as its inputs; it is written in the transaction of the offsets, and read back by whoever gets the slot.
"""

from collections.abc import Iterator, Sequence

from assay.agents.settings import Settings
from assay.agents.topics import topic_name
from assay.agents.transport.protocol import TopicPartition, Transport
from assay.pipeline.core.clock import Clock

from .events import LaneEvents
from .keyed_slot import KeyedContext, KeyedSlotRunner
from .keyed_work import KeyedLaneSpec
from .membership import SlotLane
from .notes import CrashNotes
from .owner import OwnerContext


class KeyedLane(SlotLane[KeyedSlotRunner]):
    """Runs a keyed step on all records of its topics, together with other workers of the group."""

    def __init__(
        self,
        spec: KeyedLaneSpec,
        settings: Settings,
        transport: Transport,
        clock: Clock,
        *,
        notes: CrashNotes | None = None,
        events: LaneEvents | None = None,
    ) -> None:
        super().__init__(spec.name, spec.roles, settings, transport, notes=notes, events=events)
        self.spec = spec
        self._clock = clock
        self._context: KeyedContext | None = None

    def _together(self) -> Sequence[str]:
        return [*self._topics, topic_name(self.spec.state, self._settings.topic_prefix)]

    def _prepare(self, owner: OwnerContext) -> None:
        self._context = KeyedContext(
            spec=self.spec,
            transport=self._transport,
            owner=owner,
            clock=self._clock,
            notes=self._notes,
            batch_records=self._settings.batch_records,
            prefix=self._settings.topic_prefix,
        )

    def _new_runner(self, slot: int, partitions: Sequence[TopicPartition]) -> KeyedSlotRunner:
        assert self._context is not None, "start() first"
        return KeyedSlotRunner(self._context, slot, partitions)

    @property
    def is_ready(self) -> bool:
        """As for every lane, and every slot has read its state back."""
        return super().is_ready and all(runner.state is not None for runner in self._runners.values())

    def states(self) -> Iterator[tuple[bytes, bytes]]:
        """Keys and committed states of the slots that are ours, for gauges; nothing of slots that are being read back."""
        for runner in self._runners.values():
            if runner.state is not None:
                for place, state in runner.state.items():
                    yield place.key, state
