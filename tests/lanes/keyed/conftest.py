"""A keyed lane on the log in memory: a step that counts, and what a death at any call leaves behind."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiokafka import TopicPartition

from assay.agents.lanes import keyed_slot
from assay.agents.lanes.events import NoEvents
from assay.agents.lanes.keyed import KeyedLane
from assay.agents.lanes.keyed_step import Stepped
from assay.agents.lanes.keyed_work import KeyedLaneSpec
from assay.agents.settings import Settings, load_settings
from assay.agents.transport.memory import MemoryLog
from assay.agents.transport.partitioner import partition_of
from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.record import RawRecord, Record, source_of
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.testing import FakeClock

from ..conftest import FakeNotes, Script, ScriptedTransport

PARTITIONS = 4
FIRST, SECOND = TopicRole.ISSUES, TopicRole.TASK_COMMANDS
STATE, EFFECTS = TopicRole.ISSUE_GROUPS, TopicRole.ESCALATIONS
GROUP = "assay.dev.count"
PATIENCE_S = 10


class CountStep:
    """Adds numbers up per key. A value is JSON: ``add``, ``wake`` (when to tick, in ns), or what is to go wrong."""

    def key_of(self, record: Record) -> bytes:
        if record.key is None:
            raise ValueError("no key")
        return record.key

    def step(self, state: bytes | None, record: Record, now_ns: int) -> Stepped:
        wanted = json.loads(record.value or b"null")
        if wanted is None:
            return Stepped(None, [effect(str(source_of(record)))])
        if "raise" in wanted:
            raise RuntimeError(wanted["raise"])
        if "refuse" in wanted:
            return Stepped(state, (), wanted["refuse"])
        if "same" in wanted:
            return Stepped(state)
        if "huge" in wanted:
            return Stepped(b"x" * 2_000_000)
        now: dict[str, Any] = json.loads(state) if state else {"sum": 0, "due": []}
        now["sum"] += wanted.get("add", 0)
        wake: list[int] = wanted.get("wake", [])
        now["due"] = sorted({*now["due"], *wake})
        now["pad"] = "x" * wanted.get("pad", 0)
        return Stepped(json.dumps(now).encode(), [effect(str(source_of(record)))])

    def due(self, state: bytes) -> int | None:
        due = json.loads(state)["due"]
        return due[0] if due else None

    def tick(self, state: bytes, key: bytes, now_ns: int) -> Stepped:
        now = json.loads(state)
        first, *now["due"] = now["due"]
        if first % 10 == 7:  # times that end in 7 are those of a broken step
            raise RuntimeError("secret")
        if first % 10 == 8:
            return Stepped(state)
        return Stepped(json.dumps(now).encode(), [effect(f"{key.decode()}/{first}")])


def effect(event_id: str) -> Outgoing:
    return Outgoing(EFFECTS, None, b"k", event_id.encode(), [], None)


class Killed(BaseException):
    """Ends a slot's task at once: what was under way stays as it is."""


@dataclass
class Noted(NoEvents):
    """What the lane reported."""

    batches: list[tuple[int, list[str]]] = field(default_factory=list)

    def committed(self, sources: Any, outgoing: Any, seconds: float) -> None:
        self.batches.append(
            (sum(source.fetched for source in sources), [record.role.value for record in outgoing])
        )


@dataclass
class Site:
    """Everything that a keyed lane's test needs."""

    log: MemoryLog
    script: Script
    transport: ScriptedTransport
    settings: Settings
    clock: FakeClock
    notes: FakeNotes = field(default_factory=FakeNotes)
    noted: Noted = field(default_factory=Noted)
    lanes: list[KeyedLane] = field(default_factory=list)

    def lane(self, *roles: TopicRole) -> KeyedLane:
        spec = KeyedLaneSpec("count", roles or (FIRST,), STATE, "test.count.v1", CountStep())
        lane = KeyedLane(spec, self.settings, self.transport, self.clock, notes=self.notes, events=self.noted)
        self.lanes.append(lane)
        return lane

    async def started(self, *roles: TopicRole) -> KeyedLane:
        lane = self.lane(*roles)
        await lane.start()
        return lane

    def put(self, key: str, role: TopicRole = FIRST, **wanted: Any) -> str:
        """A record; its source."""
        value = json.dumps(wanted or {"add": 1}).encode()
        return self.put_bytes(key.encode(), value, role)

    def put_bytes(self, key: bytes | None, value: bytes | None, role: TopicRole = FIRST) -> str:
        partition = partition_of(key, PARTITIONS)
        offset = self.log.append(TopicPartition(role.value, partition), key, value)
        return f"{role.value}/{partition}/{offset}"

    def put_many(self, count: int, keys: int = 7) -> None:
        for number in range(count):
            self.put(f"key-{number % keys}", add=number)

    async def until(self, effects: int) -> None:
        """Wait until that many effects and dead letters are visible."""
        async with asyncio.timeout(PATIENCE_S):
            while len(self.effects()) + len(self.refused()) < effects:
                await asyncio.sleep(0.001)

    async def until_read(self, lane: KeyedLane) -> None:
        """Wait until everything is taken in, and committed."""
        ends = {
            TopicPartition(topic, number): self.log.stable_end(TopicPartition(topic, number))
            for topic in lane._topics
            for number in range(PARTITIONS)
        }
        async with asyncio.timeout(PATIENCE_S):
            while any((self.log.committed(GROUP, where) or 0) < end for where, end in ends.items()):
                await asyncio.sleep(0.001)

    def kill_at(self, call: str, *, after: bool, passing: int = 0) -> None:
        """A slot's task ends at its next such call; ``passing`` calls go well before."""

        def die() -> None:
            raise Killed

        name = f"{call}{' after' if after else ''}"
        self.script.faults[name] = [*([lambda: None] * passing), die]

    async def bury(self, lane: KeyedLane) -> None:
        """Wait for the lane's death; the group notices it later, and nothing of the lane runs any more."""
        with pytest.raises(Killed):
            async with asyncio.timeout(PATIENCE_S):
                await lane.run()
        self.script.faults.clear()
        for runner in lane._runners.values():
            assert runner._task is not None
            runner._task.cancel()
            await asyncio.wait({runner._task})
        lane._runners.clear()
        group = self.transport.group(GROUP, FIRST.value)
        assert lane._consumer is not None
        await group.freeze(lane._consumer.member)  # type: ignore[attr-defined]

    def effects(self) -> list[str]:
        return sorted((record.value or b"").decode() for record in self.log.visible(EFFECTS.value))

    def refused(self) -> list[RawRecord]:
        return list(self.log.visible(TopicRole.REFUSED.value))

    def states(self) -> dict[str, Any]:
        """What the state topic says of every key: what a reader who comes later gets."""
        return self._last(self.log.visible(STATE.value))

    def _last(self, records: Iterable[RawRecord]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for record in records:
            assert record.key is not None
            assert record.partition == partition_of(record.key, PARTITIONS)
            if record.value is None:
                found.pop(record.key.decode(), None)
            else:
                found[record.key.decode()] = json.loads(record.value)["sum"]
        return found

    def expected_states(self) -> dict[str, Any]:
        """What the step makes of all visible records, without a lane."""
        step, states = CountStep(), dict[bytes, bytes | None]()
        for record in self.log.visible(FIRST.value):
            assert record.key is not None
            states[record.key] = step.step(states.get(record.key), record, 0).state
        return {key.decode(): json.loads(state)["sum"] for key, state in states.items() if state}

    def sources(self, *roles: TopicRole) -> list[str]:
        found = [record for role in roles or (FIRST,) for record in self.log.visible(role.value)]
        return sorted(str(source_of(record)) for record in found)

    def assert_exact(self) -> None:
        """Promise 1 for keyed lanes: every record taken in once, the state is that of all of them."""
        doubled = [each for each, count in Counter(self.effects()).items() if count > 1]
        assert not doubled
        assert self.effects() == self.sources()
        assert self.states() == self.expected_states()


@pytest.fixture
async def site(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    monkeypatch.setattr(keyed_slot, "IDLE_POLL_MS", 5)
    log = MemoryLog({role.value: PARTITIONS for role in TopicRole})
    script = Script()
    settings = load_settings(slots=2, session_timeout_ms=6000)
    site = Site(log, script, ScriptedTransport(log, script), settings, FakeClock(1000))
    yield site
    for gate in script.gates.values():
        gate.set()
    script.faults.clear()
    for lane in site.lanes:
        await lane.stop()
