"""A campaign: real processes of every agent that get hurt under traffic, and the auditors at the end."""

import asyncio
import json
import random
import signal
import subprocess
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from confluent_kafka import Consumer, TopicPartition

from assay.agents.audit import AuditReport, run_audit
from assay.agents.audit.reader import TopicReader
from assay.agents.clock import SystemClock
from assay.agents.escalation_look import read_escalations
from assay.agents.names import lane_group
from assay.agents.replay.desk import send
from assay.agents.roster import KEYED_LANES, LANES, VIEWS
from assay.agents.settings import Settings
from assay.agents.stores.view_store import ViewUnavailableError
from assay.agents.topics import topic_name
from assay.agents.views.specs import VIEWS as VIEW_SPECS
from assay.agents.views.verify import Verified, verify
from assay.pipeline.core.clock import rfc3339
from assay.pipeline.core.errors import DependencyUnavailableError
from assay.pipeline.core.record import RawRecord
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.escalate import next_due
from assay.pipeline.issues import Happening, command_record

from ..processes import Processes
from .books import Books, read_books
from .traffic import Traffic

READY_S = 60
ACTED_ON = 8
"""Groups to which people give each command at a time."""
DRAIN_S = 600
"""No more than a limit: on a busy machine the way of a failing trace takes its time."""
KILLED = -signal.SIGKILL
CRASHED = 137
TRACE_WAY = ",".join(LANES)
"""The agents of a trace's way, as a worker of several processes has them in each."""
BESIDE = ",".join((*KEYED_LANES, *VIEWS))
"""Those that have one process of their own beside them."""
INPUTS: Mapping[str, tuple[TopicRole, ...]] = {
    "detector": (TopicRole.RAW,),
    "classifier": (TopicRole.INVALID,),
    "auto_remediation": (TopicRole.CLASSIFIED,),
    "issues": (TopicRole.ISSUES,),
    "escalation": (TopicRole.ISSUE_GROUPS,),
    "manual_remediation": (TopicRole.DEAD_LETTER, TopicRole.TASK_COMMANDS),
}
"""What each lane reads, with the stream."""


@dataclass(frozen=True, slots=True)
class Ended:
    """All that is known of a campaign when its processes have stopped."""

    report: AuditReport
    books: Books
    views: Mapping[str, Verified]
    statuses: Mapping[str, list[int]]
    """How the processes ended that were asked to, by their agents."""


@dataclass
class Campaign:
    """The processes of one test, and what was done to them."""

    settings: Settings
    directory: Path
    traffic: Traffic | None = None
    crews: dict[str, list[subprocess.Popen[bytes]]] = field(default_factory=lambda: defaultdict(list))
    """All processes that were started, by their agents."""

    def __post_init__(self) -> None:
        self.processes = Processes(self.settings, self.directory / "workers.log")

    def start_traffic(self, rate: float) -> None:
        self.note("start")
        self.traffic = Traffic(self.settings, self.directory / "journal.jsonl", rate)
        self.traffic.start()

    def spawn(self, agents: str = TRACE_WAY, **extra: object) -> subprocess.Popen[bytes]:
        """A process of its own: no supervisor, so that the test decides what is restarted."""
        process = self.processes.worker(agents, **extra)
        self.crews[agents].append(process)
        return process

    def alive(self, agents: str = TRACE_WAY) -> list[subprocess.Popen[bytes]]:
        return [process for process in self.crews[agents] if process.poll() is None]

    def keep(self, way: int, beside: int = 1) -> None:
        """Start processes until so many of each kind are alive, as a supervisor would."""
        for agents, count in ((TRACE_WAY, way), (BESIDE, beside)):
            for _ in range(count - len(self.alive(agents))):
                self.spawn(agents)

    def rest(self, seconds: float, keep: int | None = None) -> None:
        """Let traffic flow for a while; the one place where a campaign lets time pass. Dead workers are replaced."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if keep is not None:
                self.keep(keep)
            time.sleep(min(0.2, max(0.0, until - time.monotonic())))

    def until_exit(self, process: subprocess.Popen[bytes], seconds: float = READY_S) -> int:
        return process.wait(seconds)

    def people_act(self, rng: random.Random) -> None:
        """People confirm, acknowledge and resolve some issue groups, as good as at once."""
        now_ns = time.time_ns()
        groups = sorted(read_escalations(self.settings, now_ns).groups)
        for command in (Happening.CONFIRM, Happening.ACKNOWLEDGE, Happening.RESOLVE):
            records = [
                command_record(
                    fingerprint,
                    command,
                    actor="operator-1",
                    reason="seen",
                    at=rfc3339(now_ns),
                    source="/tests/faults",
                )
                for fingerprint in rng.sample(groups, min(ACTED_ON, len(groups)))
            ]
            if records:
                asyncio.run(send(self.settings, records))

    def until_at_work(self) -> None:
        """Wait until each lane has a member; those that are killed stay members for a while."""
        groups = [lane_group(self.settings, lane) for lane in (*LANES, *KEYED_LANES)]
        self.until(lambda: all(map(self._has_members, groups)), READY_S)

    def _has_members(self, group: str) -> bool:
        with TopicReader(self.settings) as reader:
            return reader.has_members(group)

    def records(self, *roles: TopicRole) -> int:
        """How many records lie on these topics, those of aborted transactions too."""
        return sum(read_uncommitted(self.settings, role) for role in roles)

    def note(self, what: str) -> None:
        """Write down when something began, for whoever reads about a campaign afterwards."""
        with (self.directory / "phases.txt").open("a") as file:
            file.write(f"{time.time():.1f} {what}\n")

    def finish(self, keep: int = 1, beside: int = 1) -> Ended:
        """End the traffic, let everybody catch up, stop them gently, and have everything audited."""
        assert self.traffic is not None
        self.note("enough")
        self.traffic.enough.set()
        while self.traffic.is_alive():
            self.keep(keep, beside)
            self.traffic.join(0.5)
        self.keep(keep, beside)
        self.note("drain")
        self.until(lambda: not any(self.waiting(*INPUTS).values()) and not any(self._next_steps()))
        self.note("views")
        views = asyncio.run(self.views())
        self.note("stop")
        statuses = {agents: self.alive(agents) for agents in self.crews}
        self.processes.stop()
        self.note("audit")
        report = run_audit(self.settings, journal=self.traffic.journal)
        (self.directory / "audit.json").write_text(json.dumps(report.to_json(), indent=1))
        self.note("end")
        return Ended(
            report,
            read_books(self.settings),
            views,
            {agents: [process.returncode for process in crew] for agents, crew in statuses.items()},
        )

    def waiting(self, *lanes: str) -> Mapping[str, int]:
        """Records that these lanes have yet to take in, of those that are visible now."""
        with TopicReader(self.settings) as reader:
            return {lane: self._waiting(reader, lane) for lane in lanes}

    def _waiting(self, reader: TopicReader, lane: str) -> int:
        places = reader.partitions([topic_name(role, self.settings.topic_prefix) for role in INPUTS[lane]])
        committed = reader.committed(lane_group(self.settings, lane), places)
        low, stable = reader.low(places), reader.stable(places)
        # Counted, for behind the last record there may be markers of transactions.
        records: list[RawRecord] = []
        left = {place: (max(low[place], committed[place]), stable[place]) for place in places}
        reader.read(left, records.append)
        return len(records)

    def until(self, true: Callable[[], object], seconds: float = DRAIN_S) -> None:
        """Wait until something is so; a broker that has just started may not answer at once."""
        deadline = time.monotonic() + seconds
        while True:
            with suppress(DependencyUnavailableError):
                if true():
                    return
            assert time.monotonic() < deadline, self.processes.said()
            time.sleep(0.5)

    def until_taken_in(self, *lanes: str) -> None:
        """Until these lanes have nothing left to take in, with the stream: the later ones once the earlier are done."""
        self.until(lambda: not any(self.waiting(*lanes).values()))

    def change_policy(self, classification: str) -> None:
        """Stop all processes gently, and go on under another classification."""
        self.processes.stop()
        assert self.settings.policies_dir is not None
        (self.settings.policies_dir / "classification.yaml").write_text(classification)
        self.keep(1)

    def _next_steps(self) -> Iterator[str]:
        """Groups for which somebody will be called."""
        states = read_escalations(self.settings, time.time_ns()).states
        return (key for key, state in states.items() if state is not None and next_due(state) is not None)

    async def views(
        self, names: Iterable[str] = VIEW_SPECS, *, caught_up: bool = True
    ) -> Mapping[str, Verified]:
        """These views beside their topics: each once Redis answers, and once it has come to the end of its topic."""
        found: dict[str, Verified] = {}
        for name in names:
            async with asyncio.timeout(DRAIN_S):
                while name not in found or (caught_up and found[name].behind):
                    with suppress(DependencyUnavailableError, ViewUnavailableError):
                        found[name] = await verify(VIEW_SPECS[name], self.settings, SystemClock())
                    await asyncio.sleep(0.1)
        return found


def read_uncommitted(settings: Settings, role: TopicRole) -> int:
    """The number of a topic's records, whatever became of their transactions."""
    consumer = Consumer(
        {
            "bootstrap.servers": settings.bootstrap_servers,
            "group.id": "count",
            "enable.auto.commit": False,
            "isolation.level": "read_uncommitted",
            "enable.partition.eof": True,
        }
    )
    try:
        topic = topic_name(role, settings.topic_prefix)
        partitions = list(consumer.list_topics(topic, 10).topics[topic].partitions)
        consumer.assign([TopicPartition(topic, partition, 0) for partition in partitions])
        count = ended = 0
        while ended < len(partitions):
            for message in consumer.consume(1000, 5):
                if message.error():
                    ended += 1
                else:
                    count += 1
    finally:
        consumer.close()
    return count
