"""What the slots of a lane share."""

from collections.abc import Callable
from dataclasses import dataclass

from assay.agents.transport.protocol import GroupConsumer, TransactionalProducer
from assay.pipeline.core.clock import Clock

from .crash import CrashPoints
from .events import LaneEvents
from .notes import CrashNotes
from .probe import Probe
from .step import LaneStep


@dataclass(frozen=True, slots=True)
class SlotContext:
    """What all slots of a lane share."""

    group: str
    consumer: GroupConsumer
    new_producer: Callable[[int], TransactionalProducer]
    step: LaneStep
    clock: Clock
    notes: CrashNotes
    events: LaneEvents
    crash: CrashPoints
    batch_records: int
    transaction_s: float
    """A transaction that takes longer has an unknown outcome."""
    fenced_pause_s: float
    """How long a fenced slot waits before it tries again: long enough to hear that it was given away."""
    new_probe: Callable[[], Probe]
    """Where suspect records are judged apart."""
