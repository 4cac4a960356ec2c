"""What the slots of a lane share."""

from collections.abc import Callable
from dataclasses import dataclass

from assay.agents.transport.protocol import GroupConsumer
from assay.pipeline.core.clock import Clock

from .crash import CrashPoints
from .notes import CrashNotes
from .owner import OwnerContext
from .probe import Probe
from .step import LaneStep


@dataclass(frozen=True, slots=True)
class SlotContext:
    """What all slots of a lane share: to read and judge, and to write."""

    owner: OwnerContext
    step: LaneStep
    clock: Clock
    notes: CrashNotes
    batch_records: int
    new_probe: Callable[[], Probe]
    """Where suspect records are judged apart."""

    @property
    def consumer(self) -> GroupConsumer:
        """Of the whole lane."""
        return self.owner.consumer

    @property
    def crash(self) -> CrashPoints:
        """Of the whole lane."""
        return self.owner.crash
