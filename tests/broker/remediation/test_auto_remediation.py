"""Three lanes in one worker on the real Kafka: every failing trace ends once, repairs can be undone, and the proof of both."""

import asyncio
import time

import pytest

from assay.agents import auto_remediation_probe
from assay.agents.audit import AuditReport, run_audit
from assay.agents.generate import publish
from assay.agents.lanes.probe import Probe
from assay.agents.policy_files import load_policies
from assay.agents.receipts import KafkaReceipts, ReceiptWatch
from assay.agents.rule_trust import RuleTrust
from assay.agents.settings import Settings
from assay.agents.topics import topic_name
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.generate import generate
from assay.pipeline.testing import raw_record

from ..conftest import Workers, outcomes

pytestmark = [pytest.mark.broker, pytest.mark.long]

RECORDS = 3000
AGENTS = "detector,classifier,auto_remediation"
CRASHED = 137
PATIENCE_S = 60


def test_every_failing_trace_ends_once_through_crashes(workers: Workers, settings_for_test: Settings) -> None:
    """Promises 1 and 2 over four outcomes: a worker dies in the middle of a transaction of any lane, and another goes on."""
    items = generate(seed=9, count=RECORDS, tenants=4, fault_share=0.3, now_ns=time.time_ns())
    publish(settings_for_test, items, topic=topic_name(TopicRole.RAW, settings_for_test.topic_prefix))
    for point in ("after_send", "before_end_txn"):
        doomed = workers.start(AGENTS, crash_at=point, crash_after=5, batch_records=200)
        assert doomed.wait(PATIENCE_S) == CRASHED
    worker = workers.start(AGENTS)
    report = audited_at_the_end(settings_for_test)
    assert worker.poll() is None, "the worker died"
    worker.terminate()
    assert worker.wait(20) == 0
    assert report.ok, report.to_json()["findings"]

    balance, ended = report.balance, report.ended
    assert balance is not None
    assert sum(balance.ends.values()) == RECORDS
    assert all(balance.ends[word] > 0 for word in ("valid", "remediated", "quarantined", "dead_lettered"))
    assert ended.repairs_proved == ended.by_outcome["remediated"] == balance.ends["remediated"]
    assert ended.receipts >= ended.repairs_proved
    repaired, contained = (
        outcomes(settings_for_test, role) for role in (TopicRole.REMEDIATED, TopicRole.QUARANTINE)
    )
    classified = outcomes(settings_for_test, TopicRole.CLASSIFIED)
    for source, message in {**repaired, **contained}.items():
        assert message.partition() == classified[source].partition()
    assert not repaired.keys() & contained.keys()


async def test_what_is_known_of_rules_is_read_back_from_the_topic(
    workers: Workers, settings_for_test: Settings
) -> None:
    """S0-125: success rates survive a restart."""
    items = generate(seed=9, count=500, tenants=4, fault_share=0.5, now_ns=time.time_ns())
    publish(settings_for_test, items, topic=topic_name(TopicRole.RAW, settings_for_test.topic_prefix))
    worker = workers.start(AGENTS)
    report = await asyncio.to_thread(audited_at_the_end, settings_for_test)
    worker.terminate()
    assert report.ok, report.to_json()["findings"]
    trust = RuleTrust()
    trust.use(load_policies(settings_for_test))
    before = dict(trust.rates())
    watch = ReceiptWatch(KafkaReceipts(settings_for_test), trust)
    await watch.start()
    await watch.stop()
    assert trust.rates() != before
    # Offsets are counted, and markers of transactions are among them.
    whole, short = [await read_back(settings_for_test, tail) for tail in (10_000, 1)]
    assert whole == report.ended.receipts > short


def audited_at_the_end(settings: Settings) -> AuditReport:
    """Looks until nothing is on its way: an audit does not wait for a lane that nobody runs, or nobody yet."""
    give_up = time.monotonic() + PATIENCE_S
    while True:
        report = run_audit(settings, wait_s=PATIENCE_S)
        assert report.balance is not None
        left = sum(report.balance.in_flight.values())
        if not left:
            return report
        assert time.monotonic() < give_up, f"{left} traces have no end yet"


async def read_back(settings: Settings, tail: int) -> int:
    source = KafkaReceipts(settings, tail)
    records = await source.open()
    await source.close()
    return len(records)


async def test_its_probe_outlives_whatever_is_no_envelope(
    settings_for_test: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rule 10."""
    monkeypatch.setenv("ASSAY_BOOTSTRAP_SERVERS", settings_for_test.bootstrap_servers)
    monkeypatch.setenv("ASSAY_TOPIC_PREFIX", settings_for_test.topic_prefix)
    topic = topic_name(TopicRole.CLASSIFIED, settings_for_test.topic_prefix)
    async with Probe(auto_remediation_probe.COMMAND) as probe:
        for value in (b"{}", None, b"\xff", b"[" * 100_000):
            assert await probe.survives(raw_record(value, topic=topic))
