"""The auditor must be able to fail: a bug planted in a copy of the lane is found, each of them.

Without this, "0 lost" would mean little (RELIABILITY, conservation-law checker).
"""

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from confluent_kafka import Producer

from assay.agents.audit import AuditReport, run_audit
from assay.agents.devstack import Stack
from assay.agents.generate import publish
from assay.agents.names import lane_group
from assay.agents.settings import Settings
from assay.agents.topics import topic_name
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.generate import generate

from ..conftest import topics_of_its_own
from ..processes import Processes
from .mutant_worker import BUGS, THREE, Bug

pytestmark = [
    pytest.mark.broker,
    pytest.mark.long(100),
    pytest.mark.timeout(900),  # a test waits for the scenes that are played before its own
]

RECORDS = 3000
HERE = Path(__file__).parent
PATIENCE_S = 60
AT_A_TIME = 3
NO_BUG = Bug("no bug", (), "", crash_at="after_offsets", agents=THREE)


async def until_taken_over(settings: Settings) -> None:
    """Wait until the other worker has committed everything: also the offsets that the sleeper holds open,

    which the auditor's client, unlike this one, waits for.
    """
    client = AIOKafkaAdminClient(bootstrap_servers=settings.bootstrap_servers)
    await client.start()
    try:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                offsets = await client.list_consumer_group_offsets(lane_group(settings, "detector"))
                if sum(meta.offset for meta in offsets.values()) >= RECORDS:
                    return
                await asyncio.sleep(0.2)
    finally:
        await client.close()


class Mutants(Processes):
    """Workers with the bug in them."""

    def start(self, name: str, bug: Bug, crash_at: str = "") -> subprocess.Popen[bytes]:
        """One more, which dies or falls asleep at ``crash_at`` if it is given."""
        command = [sys.executable, str(HERE / "mutant_worker.py"), name, *bug.agents]
        return self.launch(
            command,
            transaction_timeout_ms=30_000,
            batch_records=bug.batch_records,
            crash_at=crash_at,
            crash_after=1,
        )


def until_stopped(process: subprocess.Popen[bytes]) -> None:
    """Wait until SIGSTOP has taken effect."""
    status = Path(f"/proc/{process.pid}/stat")
    deadline = time.monotonic() + PATIENCE_S
    while status.read_text().rsplit(")", 1)[1].split()[0] != "T":
        assert time.monotonic() < deadline, "it does not fall asleep"
        time.sleep(0.05)


def aborted_records(settings: Settings, topic: str) -> None:
    """Records that no committed reader may ever see."""
    producer = Producer(
        {
            "bootstrap.servers": settings.bootstrap_servers,
            "transactional.id": f"{settings.topic_prefix}aborter",
        }
    )
    producer.init_transactions(30)
    producer.begin_transaction()
    for item in generate(seed=1, count=50, tenants=2, fault_share=0, now_ns=time.time_ns()):
        producer.produce(topic, key=item.key, value=item.value)
    producer.flush(30)
    producer.abort_transaction(30)


@pytest.fixture(scope="module")
def answers(
    request: pytest.FixtureRequest, stack: Stack, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapping[str, Future[AuditReport]]]:
    """Of every bug that is asked for in this run, by its name; "" is a worker without any.

    Scenes wait for sessions to end and for processes to start, so some are played at a time, each on topics of its own.
    Tests ask in another order than scenes are played: how long one takes says how far behind its scene was.
    """
    asked = {
        str(item.callspec.params["name"]) if hasattr(item, "callspec") else ""
        for item in request.session.items
        if isinstance(item, pytest.Function) and item.module is request.module
    }
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        # The longest first: what comes last is waited for alone.
        in_order = sorted(asked, key=lambda name: not BUGS.get(name, NO_BUG).crash_at)
        yield {
            name: pool.submit(play, stack, tmp_path_factory.mktemp("scene"), name, BUGS.get(name, NO_BUG))
            for name in in_order
        }


@pytest.mark.parametrize("name", BUGS)
def test_the_auditor_finds(answers: Mapping[str, Future[AuditReport]], name: str) -> None:
    """Each bug by its own kind of finding."""
    found = {str(kind) for kind in answers[name].result().counts}
    assert BUGS[name].found_as in found, f"{BUGS[name].story}: the auditor says {found or 'nothing'}"


def test_the_auditor_finds_nothing_where_no_bug_is(answers: Mapping[str, Future[AuditReport]]) -> None:
    """The same scene without a bug, with a crash in it."""
    report = answers[""].result()
    assert not report.counts
    assert report.accounted == RECORDS
    assert report.classified.accounted == report.classified.records == report.outcomes["invalid"] > 0


def play(stack: Stack, home: Path, name: str, bug: Bug) -> AuditReport:
    """The whole scene: traces, a worker with the bug, what happens to it, who comes after it, the audit."""
    with topics_of_its_own(stack, home) as settings:
        topic = topic_name(TopicRole.RAW, settings.topic_prefix)
        aborted_records(settings, topic)
        items = generate(seed=3, count=RECORDS, tenants=4, fault_share=0.05, now_ns=time.time_ns())
        publish(settings, items, topic=topic)
        mutants = Mutants(settings, home / "workers.log")
        try:
            work(mutants, name, bug)
            mutants.stop()
        finally:
            mutants.end()
        return run_audit(settings)


def work(mutants: Mutants, name: str, bug: Bug) -> None:
    """Until everything has been judged, rightly or not."""
    first = mutants.start(name, bug, bug.crash_at)
    if bug.sleeps:
        until_stopped(first)
        mutants.start(name, bug)
        asyncio.run(until_taken_over(mutants.settings))
        first.send_signal(signal.SIGCONT)
        time.sleep(2)  # it wakes, and commits what it slept over if nothing stops it
        return
    if bug.crash_at:
        first.wait(PATIENCE_S)
        mutants.start(name, bug)
    run_audit(mutants.settings, wait_s=PATIENCE_S, wait_for=bug.agents, check_payloads=False)
