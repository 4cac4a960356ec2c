"""Failing traces on topics in memory, the replay agent, and a stand-in for the lanes behind the raw topic."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiokafka import TopicPartition

from assay.agents.policy_files import load_policies
from assay.agents.replay import ReplayAgent
from assay.agents.replay.forge import Forge
from assay.agents.replay.shelf import MemoryShelf
from assay.agents.settings import load_settings
from assay.agents.topics import RAW_MAX_BYTES, TOPICS, topic_name
from assay.agents.transport.memory import MemoryLog, MemoryTransport
from assay.agents.transport.memory.transport import MemoryProducer
from assay.pipeline.core import headers as names
from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.outcome import Outcome, Reason
from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.record import Headers, RawRecord, Record, Source, source_of
from assay.pipeline.core.replay_mark import Mark, original, passed_on, read_mark
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.dispose import FailingWriter
from assay.pipeline.dispose.testing import BUNDLE, KeylessSealer, a_verdict, an_issue
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.replay import Command, Job, ReplayFilter, ReplayRequest, Status, Verb
from assay.pipeline.testing import FakeClock

RAW, QUARANTINE, DEAD, VALID, REPLAYS = (
    TopicRole.RAW.value,
    TopicRole.QUARANTINE.value,
    TopicRole.DEAD_LETTER.value,
    TopicRole.VALID.value,
    TopicRole.REPLAYS.value,
)
PARTITIONS = 4
SECRET = b"s" * 32
Passes = Callable[[Record], bool]


@pytest.fixture(scope="session")
def bundle() -> Bundle:
    return load_policies(load_settings())


@dataclass
class Crash:
    """What shall go wrong at a call of the producer: raised once, before or after the call did its work."""

    call: str
    after: bool
    error: Exception
    skip: int = 0


class CrashingProducer(MemoryProducer):
    def __init__(self, log: MemoryLog, transactional_id: str, crashes: list[Crash]) -> None:
        super().__init__(log, transactional_id, "")
        self.crashes = crashes

    def _due(self, call: str, *, after: bool) -> None:
        for crash in self.crashes:
            if (crash.call, crash.after) == (call, after):
                if crash.skip:
                    crash.skip -= 1
                    return
                self.crashes.remove(crash)
                raise crash.error

    async def begin(self) -> None:
        self._due("begin", after=False)
        await super().begin()
        self._due("begin", after=True)

    async def send(self, outgoing: Any) -> None:
        self._due("send", after=False)
        await super().send(outgoing)
        self._due("send", after=True)

    async def commit(self) -> None:
        self._due("commit", after=False)
        await super().commit()
        self._due("commit", after=True)


class CrashingTransport(MemoryTransport):
    def __init__(self, log: MemoryLog) -> None:
        super().__init__(log)
        self.crashes: list[Crash] = []

    def producer(self, transactional_id: str) -> MemoryProducer:
        return CrashingProducer(self.log, transactional_id, self.crashes)


@dataclass
class Scene:
    """Everything one replay test needs."""

    bundle: Bundle
    log: MemoryLog = field(
        default_factory=lambda: MemoryLog(
            {topic_name(role): spec.partitions or PARTITIONS for role, spec in TOPICS.items()}
        )
    )
    clock: FakeClock = field(default_factory=FakeClock)
    agents: list[ReplayAgent] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.settings = load_settings()
        self.transport = CrashingTransport(self.log)
        self.judged: dict[TopicPartition, int] = {}

    # Failing traces

    def fail(
        self,
        value: bytes = b"{}",
        *issues: Any,
        partition: int = 0,
        headers: Headers = (("h", b"v"),),
        role: TopicRole = TopicRole.QUARANTINE,
        tenant: str = "acme",
        copies: int = 1,
    ) -> Source:
        """A raw record that failed; the end of its way is on the topic. Gives its source."""
        place = TopicPartition(RAW, partition)
        offset = self.log.append(place, b"key", value, headers, timestamp=1_741_079_705_000)
        raw = RawRecord(RAW, partition, offset, 1_741_079_705_000, b"key", value, headers)
        self.judged[place] = offset + 1
        for _ in range(copies):
            self._end(raw, None, role, tenant, issues)
        return source_of(raw)

    def _end(
        self, raw: Record, mark: Mark | None, role: TopicRole, tenant: str, issues: tuple[Any, ...]
    ) -> None:
        write = FailingWriter(BUNDLE, KeylessSealer(), "g")
        written = write(raw, a_verdict(*(issues or (an_issue(),)), tenant=tenant), self.clock.now_ns())
        document = json.loads(written.value or b"")
        attempt = mark.attempt if mark else 0
        document["attempts"] = attempt + 1
        replaced = {names.ATTEMPT, names.REASON}
        ended = [pair for pair in written.headers if pair[0] not in replaced]
        ended += [
            (names.ATTEMPT, b"%d" % attempt),
            (names.OUTCOME, Outcome.QUARANTINED.encode()),
            (names.REASON, Reason.NO_RULE_APPLIES.encode()),
            *(passed_on(mark) if mark else ()),
        ]
        partition = raw.partition if role is TopicRole.QUARANTINE else raw.offset % 8
        self.log.append(
            TopicPartition(topic_name(role), partition), b"k", json.dumps(document).encode(), ended
        )

    def judge(self, passes: Passes = lambda _record: True, tenant: str = "acme") -> None:
        """What the lanes do with raw records that they have not seen: valid, or quarantined once more."""
        for number in range(PARTITIONS):
            place = TopicPartition(RAW, number)
            records, position = self.log.read(place, self.judged.get(place, 0), 1 << 30)
            self.judged[place] = position
            for record in records:
                mark = read_mark(record, SECRET)
                assert mark is not None, "only the replay agent writes raw records here"
                if passes(original(record, mark)):
                    self.log.append(
                        TopicPartition(VALID, number), record.key, record.value, [*passed_on(mark)]
                    )
                else:
                    self._end(record, mark, TopicRole.QUARANTINE, tenant, ())

    # Commands

    def tell(self, job: str, verb: Verb, request: ReplayRequest | None = None) -> None:
        at = f"2025-03-04T09:15:00.{self.log.end(TopicPartition(REPLAYS, 0)):09d}Z"
        command = Command(job, verb, "ann", "they are repaired", at, request)
        self.append(command.to_outgoing("/assay/cli"))

    def start(self, job: str = "r-1", **members: Any) -> None:
        self.tell(job, Verb.START, ReplayRequest(**{"rate_per_s": 100_000} | members))

    def append(self, outgoing: Outgoing) -> None:
        self.log.append(
            TopicPartition(topic_name(outgoing.role), 0), outgoing.key, outgoing.value, outgoing.headers
        )

    # The agent

    def agent(self, **options: Any) -> ReplayAgent:
        forge = Forge(
            self.bundle, KeylessSealer(), KeylessSealer(), SECRET, raw_topic=RAW, most_bytes=RAW_MAX_BYTES
        )
        agent = ReplayAgent(
            self.settings, self.transport, MemoryShelf(self.log), self.clock, forge, **options
        )
        self.agents.append(agent)
        return agent

    async def run(self, *jobs: str, status: Status = Status.SUCCEEDED, **options: Any) -> Job:
        """An agent works until these jobs are there, and stops."""
        agent = self.agent(**options)
        await agent.start()
        await until(lambda: all(found(agent, job) is status for job in jobs or ("r-1",)))
        await agent.stop()
        return agent.book.jobs[(jobs or ("r-1",))[-1]]

    # What there is to see

    def replayed(self) -> list[tuple[Record, Mark]]:
        """Raw records that replays wrote, in order."""
        marks = [(record, read_mark(record, SECRET)) for record in self.log.visible(RAW)]
        return [(record, mark) for record, mark in marks if mark is not None]

    def tries(self) -> Counter[tuple[Source, int]]:
        """How often each try of each source was made."""
        return Counter((mark.of, mark.attempt) for _, mark in self.replayed())


def found(agent: ReplayAgent, job: str) -> Status | None:
    return agent.book.jobs[job].status if job in agent.book.jobs else None


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.001)


@pytest.fixture
async def scene(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scene]:
    monkeypatch.setattr("assay.agents.replay.agent.FIRST_REOPEN_S", 0.001)
    scene = Scene(bundle)
    yield scene
    for agent in scene.agents:
        await agent.stop()


ANY = ReplayFilter()
CODE = IssueCode.SCHEMA_REQUIRED_MISSING
