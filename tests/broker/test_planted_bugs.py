"""The auditor must be able to fail: a bug planted in a copy of the lane is found, each of them.

Without this, "0 lost" would mean little (RELIABILITY, conservation-law checker).
"""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from confluent_kafka import Producer

from assay.agents.audit import run_audit
from assay.agents.generate import publish
from assay.agents.names import lane_group
from assay.agents.settings import Settings
from assay.agents.topics import topic_name
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.generate import generate

from .mutant_worker import BOTH, BUGS, Bug

pytestmark = pytest.mark.broker

RECORDS = 3000
HERE = Path(__file__).parent
PATIENCE_S = 60


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


class Worker:
    """A worker process with the bug in it."""

    def __init__(self, settings: Settings, name: str, bug: Bug, log: Path, crash_at: str = "") -> None:
        env = os.environ | {
            "ASSAY_BOOTSTRAP_SERVERS": settings.bootstrap_servers,
            "ASSAY_REDIS_URL": settings.redis_url,
            "ASSAY_TOPIC_PREFIX": settings.topic_prefix,
            "ASSAY_ENV": settings.env,
            "ASSAY_HOME": str(settings.home),
            "ASSAY_SESSION_TIMEOUT_MS": "6000",
            "ASSAY_TRANSACTION_TIMEOUT_MS": "30000",
            "ASSAY_BATCH_RECORDS": "1000",
            "ASSAY_WEB_PORT": "0",
            "ASSAY_CRASH_AT": crash_at,
            "ASSAY_CRASH_AFTER": "1",
        }
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, str(HERE / "mutant_worker.py"), name, *bug.agents],
                env=env,
                stdout=out,
                stderr=out,
            )

    def until_stopped(self) -> None:
        """Wait until SIGSTOP has taken effect."""
        status = Path(f"/proc/{self.process.pid}/stat")
        deadline = time.monotonic() + PATIENCE_S
        while status.read_text().rsplit(")", 1)[1].split()[0] != "T":
            assert time.monotonic() < deadline, "it does not fall asleep"
            time.sleep(0.05)

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


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


@pytest.fixture
def raw(settings_for_test: Settings) -> Settings:
    topic = topic_name(TopicRole.RAW, settings_for_test.topic_prefix)
    items = generate(seed=3, count=RECORDS, tenants=4, fault_share=0.05, now_ns=time.time_ns())
    aborted_records(settings_for_test, topic)
    publish(settings_for_test, items, topic=topic)
    return settings_for_test


@pytest.mark.parametrize("name", BUGS)
def test_the_auditor_finds(raw: Settings, name: str, tmp_path: Path) -> None:
    """Each bug by its own kind of finding."""
    found = findings_with(raw, name, BUGS[name], tmp_path / "worker.log")
    assert BUGS[name].found_as in found, f"{BUGS[name].story}: the auditor says {found or 'nothing'}"


def test_the_auditor_finds_nothing_where_no_bug_is(raw: Settings, tmp_path: Path) -> None:
    """The same scene without a bug, with a crash in it."""
    assert not findings_with(
        raw, "", Bug("no bug", (), "", crash_at="after_offsets", agents=BOTH), tmp_path / "worker.log"
    )
    report = run_audit(raw)
    assert report.accounted == RECORDS
    assert report.classified.accounted == report.classified.records == report.outcomes["invalid"] > 0


def findings_with(settings: Settings, name: str, bug: Bug, log: Path) -> set[str]:
    first = Worker(settings, name, bug, log, bug.crash_at)
    second = None
    try:
        if bug.sleeps:
            first.until_stopped()
            second = Worker(settings, name, bug, log)
            asyncio.run(until_taken_over(settings))
            first.process.send_signal(signal.SIGCONT)
            time.sleep(2)  # it wakes, and commits what it slept over if nothing stops it
        else:
            if bug.crash_at:
                first.process.wait(PATIENCE_S)
                second = Worker(settings, name, bug, log)
            run_audit(settings, wait_s=PATIENCE_S, wait_for=bug.agents, check_payloads=False)
    finally:
        for worker in (first, second):
            if worker is not None:
                worker.end()
    return {str(kind) for kind in run_audit(settings).counts}
