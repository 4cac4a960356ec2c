"""A lane behind the detector on topics in memory, and what holds of every such lane whatever goes wrong on the way."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pytest
from aiokafka import TopicPartition

from assay.agents.lanes.engine import Lane, LaneSpec
from assay.agents.lanes.step import LaneStep
from assay.agents.names import lane_group
from assay.agents.settings import load_settings
from assay.agents.topics import TOPICS, topic_name
from assay.agents.transport.memory import MemoryLog
from assay.pipeline.core.errors import FencedError, UnknownOutcomeError
from assay.pipeline.core.record import Record
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.policy.bundle import Bundle

from .conftest import PARTITIONS, FakeNotes, FixedClock, Script, ScriptedTransport

PATIENCE_S = 20


@dataclass
class LaneScene(ABC):
    """What came in to a lane, and what it made of it."""

    name: ClassVar[str]
    role: ClassVar[TopicRole]
    """What the lane reads."""
    came_ms: ClassVar[int]
    """The timestamp of what came in."""

    bundle: Bundle
    log: MemoryLog = field(
        default_factory=lambda: MemoryLog(
            {topic_name(role): spec.partitions or PARTITIONS for role, spec in TOPICS.items()}
        )
    )
    script: Script = field(default_factory=Script)
    notes: FakeNotes = field(default_factory=FakeNotes)
    lanes: list[Lane] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.settings = load_settings(slots=2, batch_records=10, session_timeout_ms=6000)
        self.group = lane_group(self.settings, self.name)
        self._count = 0

    @abstractmethod
    def step(self) -> LaneStep:
        """The lane's pure part."""

    @abstractmethod
    def put_mixture(self) -> None:
        """40 records of all kinds that the lane knows, and of some that it does not."""

    @abstractmethod
    def assert_each_once(self) -> None:
        """Everything that came in went on once, with all that belongs to it."""

    def append(self, value: bytes | None, key: bytes | None = b"k", headers: Any = ()) -> None:
        """One more record for the lane, whatever it holds; partitions take turns."""
        place = TopicPartition(self.role.value, self._count % PARTITIONS)
        self._count += 1
        self.log.append(place, key, value, headers, timestamp=self.came_ms)

    def lane(self, **options: Any) -> Lane:
        """One more worker."""
        lane = Lane(
            LaneSpec(self.name, self.role, self.step()),
            self.settings,
            ScriptedTransport(self.log, self.script),
            FixedClock(),
            notes=self.notes,
            **options,
        )
        self.lanes.append(lane)
        return lane

    async def run(self, **options: Any) -> None:
        """Let a worker take in all there is."""
        lane = self.lane(**options)
        places = [TopicPartition(self.role.value, number) for number in range(PARTITIONS)]
        await lane.start()
        async with asyncio.timeout(PATIENCE_S):
            while any((self.log.committed(self.group, place) or 0) < self.log.end(place) for place in places):
                await asyncio.sleep(0.001)
        await lane.stop()

    def visible(self, topic: str) -> Sequence[Record]:
        return self.log.visible(topic)


def header(record: Record, name: str) -> str:
    """A header's text; empty where there is none."""
    return (dict(record.headers).get(name) or b"").decode()


class ExactlyOnce:
    """What holds of every lane; a subclass in a module that has a fixture ``scene`` runs it."""

    @pytest.mark.parametrize("after", [False, True], ids=["request lost", "answer lost"])
    @pytest.mark.parametrize("call", ["begin", "send", "send_offsets", "commit"])
    async def test_what_fails_on_the_way_is_done_again_and_seen_once(
        self, scene: LaneScene, call: str, after: bool
    ) -> None:
        """Promise 1, with all that is written besides: it is in the transaction of the offset."""
        scene.put_mixture()
        for _ in range(2):
            scene.script.fail(call, UnknownOutcomeError("no answer"), after=after)
        await scene.run()
        scene.assert_each_once()

    async def test_a_fenced_lane_leaves_nothing_behind(self, scene: LaneScene) -> None:
        """Rule 7: what it had judged is judged again by whoever owns the slot."""
        scene.settings = scene.settings.model_copy(update={"session_timeout_ms": 40})
        scene.put_mixture()
        scene.script.fail("commit", FencedError("taken over"))
        await scene.run()
        scene.assert_each_once()
