"""A lane on the log in memory, with faults that can be planted at any call of its producer."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Self

import pytest
from aiokafka import TopicPartition

from assay.agents.lanes import intake as intake_module
from assay.agents.lanes.engine import Lane, LaneSpec
from assay.agents.lanes.notes import OpenNote
from assay.agents.lanes.step import SourceRange, Work
from assay.agents.policy_files import load_policies
from assay.agents.settings import Settings, load_settings
from assay.agents.transport.memory import MemoryLog, MemoryTransport
from assay.agents.transport.memory.transport import MemoryProducer
from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.record import RawRecord, Record, source_of
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.policy.bundle import Bundle

PARTITIONS = 4
RAW = TopicRole.RAW.value
VALID = TopicRole.VALID.value
GROUP = "assay.dev.copy"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Poll often, so that tests need not wait for idle fetches."""
    monkeypatch.setattr(intake_module, "IDLE_POLL_MS", 20)


@pytest.fixture(scope="session")
def bundle() -> Bundle:
    return load_policies(load_settings())


class FixedClock:
    def now_ns(self) -> int:
        return 1_700_000_000_000_000_000


class CopyWork:
    """Copies every record, with where it came from."""

    def __init__(self, step: "CopyStep") -> None:
        self._step = step
        self._out: list[Outgoing] = []

    def add(self, records: Sequence[Record], now_ns: int) -> None:
        self._step.on_add(records)
        self._step.seen += [source_of(record) for record in records]
        self._out += [self._copy(record, b"copied") for record in records]

    def add_killer(self, record: Record, deaths: int, now_ns: int) -> None:
        self._out.append(self._copy(record, b"killer after %d" % deaths))

    def _copy(self, record: Record, how: bytes) -> Outgoing:
        headers = [("src", str(source_of(record)).encode()), ("how", how)]
        return Outgoing(
            TopicRole.VALID, record.partition, record.key, record.value, headers, record.timestamp
        )

    def finish(self, sources: Sequence[SourceRange], now_ns: int) -> Sequence[Outgoing]:
        self._step.ranges += sources
        return self._out


@dataclass
class CopyStep:
    seen: list[object] = field(default_factory=list)
    ranges: list[SourceRange] = field(default_factory=list)
    on_add: Callable[[Sequence[Record]], None] = lambda _records: None

    def begin(self) -> Work:
        return CopyWork(self)


@dataclass
class Script:
    """What the lane's producers did, and what shall go wrong: call name → hooks, one used up per call."""

    calls: list[str] = field(default_factory=list)
    faults: dict[str, list[Callable[[], None]]] = field(default_factory=dict)
    gates: dict[str, asyncio.Event] = field(default_factory=dict)
    """A call named here waits until its event is set."""
    reached: dict[str, asyncio.Event] = field(default_factory=dict)

    def fail(self, call: str, error: Exception, *, after: bool = False) -> None:
        """The next such call raises: before it does anything, or after it did it."""

        def hook() -> None:
            raise error

        self.faults.setdefault(f"{call}{' after' if after else ''}", []).append(hook)

    def hold(self, call: str) -> None:
        """Such calls wait until :meth:`release`."""
        self.gates[call] = asyncio.Event()
        self.reached[call] = asyncio.Event()

    def release(self, call: str) -> None:
        self.gates.pop(call).set()

    async def run(self, call: str, action: Callable[[], object]) -> object:
        self.calls.append(call)
        if call in self.gates:
            self.reached[call].set()
            await self.gates[call].wait()
        for hook in self._due(call):
            hook()
        result = await action()  # type: ignore[misc]
        for hook in self._due(f"{call} after"):
            hook()
        return result

    def _due(self, key: str) -> list[Callable[[], None]]:
        hooks = self.faults.get(key)
        return [hooks.pop(0)] if hooks else []


class ScriptedProducer(MemoryProducer):
    def __init__(self, log: MemoryLog, transactional_id: str, prefix: str, script: Script) -> None:
        super().__init__(log, transactional_id, prefix)
        self.script = script

    async def start(self) -> None:
        await self.script.run("start", super().start)

    async def begin(self) -> None:
        await self.script.run("begin", super().begin)

    async def send(self, outgoing: Sequence[Outgoing]) -> None:
        await self.script.run("send", partial(super().send, outgoing))

    async def send_offsets(self, offsets: Mapping[TopicPartition, int], group: str) -> None:
        await self.script.run("send_offsets", partial(super().send_offsets, offsets, group))

    async def commit(self) -> None:
        await self.script.run("commit", super().commit)

    async def close(self) -> None:
        self.script.calls.append("close")

    async def discard(self) -> None:
        self.script.calls.append("discard")


class ScriptedTransport(MemoryTransport):
    def __init__(self, log: MemoryLog, script: Script) -> None:
        super().__init__(log)
        self.script = script

    def producer(self, transactional_id: str) -> MemoryProducer:
        self.script.calls.append("new producer")
        return ScriptedProducer(self.log, transactional_id, "", self.script)


class ProbeThatDiesOf:
    """A probe whose process dies of one offset."""

    def __init__(self, offset: int) -> None:
        self._offset = offset
        self.asked: list[int] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    async def survives(self, record: Record) -> bool:
        assert isinstance(record, RawRecord)
        self.asked.append(record.offset)
        return record.offset != self._offset


@dataclass
class FakeNotes:
    """Notes that outlive lanes, as Redis does."""

    kept: dict[str, OpenNote] = field(default_factory=dict)
    written: list[OpenNote] = field(default_factory=list)

    async def read(self, slot: str) -> OpenNote | None:
        return self.kept.get(slot)

    async def write(self, slot: str, note: OpenNote) -> None:
        self.kept[slot] = note
        self.written.append(note)

    async def clear(self, slot: str) -> None:
        self.kept.pop(slot, None)

    async def close(self) -> None:
        pass


@dataclass
class Bench:
    """Everything one lane test needs."""

    log: MemoryLog
    script: Script
    transport: ScriptedTransport
    settings: Settings
    lanes: list[Lane] = field(default_factory=list)
    notes: FakeNotes = field(default_factory=FakeNotes)

    def lane(self, step: CopyStep | None = None, **options: object) -> Lane:
        spec = LaneSpec("copy", TopicRole.RAW, step or CopyStep())
        lane = Lane(spec, self.settings, self.transport, FixedClock(), notes=self.notes, **options)  # type: ignore[arg-type]
        self.lanes.append(lane)
        return lane

    def put(self, count: int, partition: int | None = None) -> None:
        for number in range(count):
            where = number % PARTITIONS if partition is None else partition
            self.log.append(TopicPartition(RAW, where), b"k", b"%d" % number)

    def copied(self) -> list[str]:
        """Sources of all visible copies, sorted."""
        return sorted((dict(record.headers)["src"] or b"").decode() for record in self.log.visible(VALID))

    def sources(self) -> list[str]:
        """Sources of all raw records, sorted."""
        return sorted(str(source_of(record)) for record in self.log.visible(RAW))

    async def until_all_copied(self) -> None:
        await self.until(lambda: len(self.log.visible(VALID)) >= len(self.log.visible(RAW)))

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not holds():
                await asyncio.sleep(0.001)

    def committed(self, partition: int) -> int | None:
        return self.log.committed(GROUP, TopicPartition(RAW, partition))


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    log = MemoryLog({role.value: PARTITIONS for role in TopicRole})
    script = Script()
    settings = load_settings(slots=2, session_timeout_ms=6000)
    bench = Bench(log, script, ScriptedTransport(log, script), settings)
    yield bench
    for gate in script.gates.values():
        gate.set()
    for lane in bench.lanes:
        await lane.stop()
