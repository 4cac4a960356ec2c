"""A campaign: traffic that goes on, real worker processes that get hurt, and the auditor at the end."""

import json
import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from confluent_kafka import Consumer, TopicPartition

from assay.agents.audit import AuditReport, run_audit
from assay.agents.devstack import Stack
from assay.agents.generate import PublishResult, publish
from assay.agents.settings import Settings
from assay.agents.topic_admin import ensure_topics
from assay.agents.topics import topic_name
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.generate import generate

from ..conftest import topics_of_its_own
from ..processes import LANES, Processes

LEAST_RECORDS = 60_000
READY_S = 30
DRAIN_S = 120
KILLED = -signal.SIGKILL
CRASHED = 137


@dataclass
class Traffic(threading.Thread):
    """Publishes generated traces at a rate until it is told to stop, and never less than ``LEAST_RECORDS``."""

    settings: Settings
    journal: Path
    rate: float
    enough: threading.Event = field(default_factory=threading.Event)
    sent: int = 0
    result: PublishResult | None = None

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    __hash__ = threading.Thread.__hash__

    def run(self) -> None:
        def items() -> Iterator[object]:
            for item in generate(
                seed=7, count=10_000_000, tenants=8, fault_share=0.03, now_ns=time.time_ns()
            ):
                if self.enough.is_set() and self.sent >= LEAST_RECORDS:
                    return
                self.sent += 1
                yield item

        self.result = publish(
            self.settings,
            items(),  # type: ignore[arg-type]
            topic=topic_name(TopicRole.RAW, self.settings.topic_prefix),
            journal=self.journal,
            rate=self.rate,
        )


@dataclass
class Campaign:
    """The workers of one test, and what was done to them."""

    settings: Settings
    directory: Path
    traffic: Traffic | None = None

    def __post_init__(self) -> None:
        self.workers = Processes(self.settings, self.directory / "workers.log")

    def start_traffic(self, rate: float) -> None:
        self.traffic = Traffic(self.settings, self.directory / "journal.jsonl", rate)
        self.traffic.start()

    def spawn(self, **extra: object) -> subprocess.Popen[bytes]:
        """A worker process of its own: no supervisor, so that the test decides what is restarted."""
        return self.workers.worker(",".join(LANES), **extra)

    def alive(self) -> list[subprocess.Popen[bytes]]:
        return self.workers.alive()

    def keep(self, count: int) -> None:
        """Start workers until ``count`` are alive, as a supervisor would."""
        for _ in range(count - len(self.alive())):
            self.spawn()

    def rest(self, seconds: float, keep: int | None = None) -> None:
        """Let traffic flow for a while; the one place where a campaign lets time pass. Dead workers are replaced."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if keep is not None:
                self.keep(keep)
            time.sleep(min(0.2, max(0.0, until - time.monotonic())))

    def until_exit(self, worker: subprocess.Popen[bytes], seconds: float = READY_S) -> int:
        return worker.wait(seconds)

    def records(self, role: TopicRole) -> int:
        """How many records lie on a topic, those of aborted transactions too."""
        consumer = Consumer(
            {
                "bootstrap.servers": self.settings.bootstrap_servers,
                "group.id": "count",
                "enable.auto.commit": False,
                "isolation.level": "read_uncommitted",
                "enable.partition.eof": True,
            }
        )
        topic = topic_name(role, self.settings.topic_prefix)
        partitions = list(consumer.list_topics(topic, 10).topics[topic].partitions)
        consumer.assign([TopicPartition(topic, partition, 0) for partition in partitions])
        count = ended = 0
        while ended < len(partitions):
            for message in consumer.consume(1000, 5):
                if message.error():
                    ended += 1
                else:
                    count += 1
        consumer.close()
        return count

    def finish(self, keep: int = 1) -> AuditReport:
        """End the traffic, let the workers catch up, stop them gently, and have everything audited."""
        assert self.traffic is not None
        self.traffic.enough.set()
        while self.traffic.is_alive():
            self.keep(keep)
            self.traffic.join(0.5)
        self.keep(keep)
        run_audit(self.settings, wait_s=DRAIN_S, wait_for=LANES, check_payloads=False)
        self.workers.stop()
        report = run_audit(self.settings, journal=self.traffic.journal, wait_s=0)
        (self.directory / "audit.json").write_text(json.dumps(report.to_json(), indent=1))
        return report


@pytest.fixture
def campaign(settings_for_test: Settings, tmp_path: Path) -> Iterator[Campaign]:
    yield from _campaign(settings_for_test, tmp_path)


@pytest.fixture
def campaign_of_wide_slots(settings_for_test: Settings, tmp_path: Path) -> Iterator[Campaign]:
    """A campaign on four slots of two partitions each."""
    prefix = f"{settings_for_test.topic_prefix}wide."
    settings = settings_for_test.model_copy(update={"topic_prefix": prefix, "partitions": 8, "slots": 4})
    ensure_topics(settings)
    yield from _campaign(settings, tmp_path)


@pytest.fixture
def campaign_of_its_own(private_stack: Stack, tmp_path: Path) -> Iterator[Campaign]:
    """A campaign whose broker may be killed: nobody else uses it."""
    with topics_of_its_own(private_stack, private_stack.home) as settings:
        yield from _campaign(settings, tmp_path)


def _campaign(settings: Settings, directory: Path) -> Iterator[Campaign]:
    campaign = Campaign(settings, directory)
    yield campaign
    campaign.workers.end()
    if campaign.traffic is not None:
        campaign.traffic.enough.set()
        campaign.traffic.join(60)


@pytest.fixture
def seed() -> random.Random:
    """The same chaos every time; ``ASSAY_TEST_SEED`` for another."""
    return random.Random(int(os.environ.get("ASSAY_TEST_SEED", "20261121")))
