"""A lane: a step on all records of a topic, exactly once.

The recipe and its ten rules: docs/architecture.md, "Lanes".
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assay.agents.settings import Settings
from assay.agents.transport.protocol import TopicPartition, Transport
from assay.pipeline.core.clock import Clock
from assay.pipeline.core.topics import TopicRole

from .context import SlotContext
from .events import LaneEvents
from .membership import SlotLane
from .notes import CrashNotes
from .owner import OwnerContext
from .probe import Probe
from .slot import SlotRunner
from .step import LaneStep


@dataclass(frozen=True, slots=True)
class LaneSpec:
    """Which lane this is: its name, the topic that it reads, and its pure part."""

    name: str
    role: TopicRole
    step: LaneStep


class Lane(SlotLane[SlotRunner]):
    """Runs a step on all records of a topic, exactly once, together with other workers of the group."""

    def __init__(
        self,
        spec: LaneSpec,
        settings: Settings,
        transport: Transport,
        clock: Clock,
        *,
        notes: CrashNotes | None = None,
        events: LaneEvents | None = None,
        new_probe: Callable[[], Probe] = Probe,
    ) -> None:
        super().__init__(spec.name, [spec.role], settings, transport, notes=notes, events=events)
        self.spec = spec
        self._clock = clock
        self._new_probe = new_probe
        self._context: SlotContext | None = None

    def _prepare(self, owner: OwnerContext) -> None:
        self._context = SlotContext(
            owner=owner,
            step=self.spec.step,
            clock=self._clock,
            notes=self._notes,
            batch_records=self._settings.batch_records,
            new_probe=self._new_probe,
        )

    def _new_runner(self, slot: int, partitions: Sequence[TopicPartition]) -> SlotRunner:
        assert self._context is not None, "start() first"
        return SlotRunner(self._context, slot, partitions)
