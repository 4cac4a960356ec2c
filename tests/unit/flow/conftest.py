"""The detector lane from end to end in memory: raw records in, everything that it writes, counts and says out."""

import asyncio
import json
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import pytest
from aiokafka import TopicPartition
from prometheus_client import CollectorRegistry, generate_latest

from assay.agents.detector import LANE, DetectorStep
from assay.agents.lanes.engine import Lane, LaneSpec
from assay.agents.lanes.notes import OpenNote
from assay.agents.lanes.probe import Probe
from assay.agents.logs import JsonLines
from assay.agents.names import lane_group
from assay.agents.policy_files import read_policy_files
from assay.agents.settings import load_settings
from assay.agents.telemetry import Telemetry
from assay.agents.topics import TOPICS, topic_name
from assay.agents.transport.memory import MemoryLog, MemoryTransport
from assay.pipeline.core.record import Headers, RawRecord, Record, Source
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.dispose.testing import KeylessSealer
from assay.pipeline.flow import Judge
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.parse import load_bundle
from assay.pipeline.testing import FakeClock

ROOT = Path(__file__).resolve().parents[3]
PARTITIONS = 3
LIMIT_S = 30
SECRET = b"s" * 32


@pytest.fixture(scope="session")
def shipped() -> Bundle:
    return load_bundle(read_policy_files(None, None))


@pytest.fixture(scope="session")
def good() -> dict[str, Any]:
    """A trace with every member that there is; tests change copies."""
    text = (ROOT / "schemas/workflow_trace/examples/valid/full-1.2.0.json").read_text()
    document: dict[str, Any] = json.loads(text)
    return document


@dataclass
class OpenEverywhere:
    """Notes that say: what is raw now was open before, and killed the process."""

    ranges: dict[int, tuple[int, int]]

    async def read(self, slot: str) -> OpenNote | None:
        return OpenNote(self.ranges, deaths=1)

    async def write(self, slot: str, note: OpenNote) -> None:
        pass

    async def clear(self, slot: str) -> None:
        pass

    async def close(self) -> None:
        pass


class PretendProbe(Probe):
    """Says which records would kill, without a process."""

    def __init__(self, kills: Callable[[Record], bool]) -> None:
        super().__init__()
        self._kills = kills

    async def __aenter__(self) -> Self:
        return self

    async def survives(self, record: Record) -> bool:
        return not self._kills(record)


@dataclass
class InMemory:
    """One detector lane on topics in memory."""

    bundle: Bundle
    caplog: pytest.LogCaptureFixture
    prefix: str = ""
    telemetry: Telemetry = field(default_factory=lambda: Telemetry(CollectorRegistry(), [LANE]))
    clock: FakeClock = field(default_factory=FakeClock)

    def __post_init__(self) -> None:
        self.caplog.set_level(logging.DEBUG)
        self.settings = load_settings(topic_prefix=self.prefix, slots=2, batch_records=50)
        self.group = lane_group(self.settings, LANE)
        self.log = MemoryLog(
            {topic_name(role, self.prefix): spec.partitions or PARTITIONS for role, spec in TOPICS.items()}
        )
        self.step = DetectorStep(self.bundle, KeylessSealer(), self.group, self.prefix, secret=SECRET)
        self._put = 0

    def put(
        self,
        value: bytes | None,
        *,
        key: bytes | None = b"k",
        headers: Headers = (),
        timestamp: int | None = None,
    ) -> Source:
        """One more raw record."""
        partition = TopicPartition(topic_name(TopicRole.RAW, self.prefix), self._put % PARTITIONS)
        self._put += 1
        if timestamp is None:
            timestamp = self.clock.now_ns() // 1_000_000 - 40
        offset = self.log.append(partition, key, value, headers, timestamp=timestamp)
        return Source(partition.topic, partition.partition, offset)

    async def run(self, kills: Callable[[Record], bool] | None = None) -> None:
        """Judge everything there is. With ``kills``, as after two deaths of the process."""
        spec = LaneSpec(LANE, TopicRole.RAW, self.step)
        notes = None
        if kills is not None:
            notes = OpenEverywhere(dict.fromkeys(range(PARTITIONS), (0, self._put)))
        lane = Lane(
            spec,
            self.settings,
            MemoryTransport(self.log, self.prefix),
            self.clock,
            notes=notes,
            events=self.telemetry.for_lane(LANE),
            new_probe=lambda: PretendProbe(kills or (lambda _record: False)),
        )
        await lane.start()
        failed = asyncio.create_task(lane.run())
        try:
            async with asyncio.timeout(LIMIT_S):
                while not failed.done() and not self._caught_up():
                    await asyncio.sleep(0.001)
        finally:
            failed.cancel()
            await lane.stop()
        assert self._caught_up(), "the lane failed"

    def _caught_up(self) -> bool:
        topic = topic_name(TopicRole.RAW, self.prefix)
        partitions = [TopicPartition(topic, number) for number in range(PARTITIONS)]
        return all(
            (self.log.committed(self.group, partition) or 0) == self.log.end(partition)
            for partition in partitions
        )

    def written(self, role: TopicRole) -> Sequence[RawRecord]:
        """All committed records of a topic."""
        return self.log.visible(topic_name(role, self.prefix))

    def tallies(self) -> list[dict[str, Any]]:
        return [json.loads(record.value or b"") for record in self.written(TopicRole.TALLIES)]

    def counted(self) -> Counter[tuple[str, str, str]]:
        """Tenant, outcome or hop, reason → records, by the tallies."""
        counts: Counter[tuple[str, str, str]] = Counter()
        for tally in self.tallies():
            for row in tally["counts"]:
                counts[row["tenant"], row["outcome"], row["reason"]] += row["records"]
        return counts

    def metrics(self) -> str:
        return generate_latest(self.telemetry.registry).decode()

    def said(self) -> str:
        """Every log line, from debug on, as it would be written."""
        records = [*self.caplog.get_records("setup"), *self.caplog.get_records("call")]
        return "\n".join(JsonLines().format(record) for record in records)

    def judge(self) -> Judge:
        """A judge like the lane's, to compare with."""
        return Judge(self.bundle, topic_prefix=self.prefix)


@pytest.fixture
def memory(shipped: Bundle, caplog: pytest.LogCaptureFixture) -> InMemory:
    return InMemory(shipped, caplog)


@pytest.fixture
def prefixed(shipped: Bundle, caplog: pytest.LogCaptureFixture) -> InMemory:
    return InMemory(shipped, caplog, prefix="eu.")
