"""Detector and classifier in one worker on the real Kafka: every failing trace classified once, and the proof of it."""

import json
import time
from collections import Counter

import pytest
from confluent_kafka import Consumer, Message, TopicPartition

from assay.agents import classifier_probe
from assay.agents.audit import AuditReport, run_audit
from assay.agents.generate import publish
from assay.agents.lanes.probe import Probe
from assay.agents.settings import Settings
from assay.agents.topics import topic_name
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.generate import generate
from assay.pipeline.testing import raw_record

from ...processes import LANES
from ..conftest import Workers, outcomes

pytestmark = [pytest.mark.broker, pytest.mark.long(40)]

RECORDS = 3000
CRASHED = 137
PATIENCE_S = 60


def messages(settings: Settings, role: TopicRole) -> list[Message]:
    """All that a committed reader sees."""
    consumer = Consumer(
        {
            "bootstrap.servers": settings.bootstrap_servers,
            "group.id": "look",
            "enable.auto.commit": False,
            "isolation.level": "read_committed",
            "enable.partition.eof": True,
            "auto.offset.reset": "earliest",
        }
    )
    found: list[Message] = []
    try:
        topic = topic_name(role, settings.topic_prefix)
        partitions = list(consumer.list_topics(topic, 10).topics[topic].partitions)
        consumer.assign([TopicPartition(topic, partition, 0) for partition in partitions])
        consumer.list_topics(topic, 10)  # who leads them: else found out within a second
        ended = 0
        while ended < len(partitions):
            message = consumer.poll(10)
            assert message is not None, f"{topic} does not answer"
            if message.error():
                ended += 1
            else:
                found.append(message)
    finally:
        consumer.close()
    return found


def put(settings: Settings, fault_share: float) -> None:
    items = generate(seed=9, count=RECORDS, tenants=4, fault_share=fault_share, now_ns=time.time_ns())
    publish(settings, items, topic=topic_name(TopicRole.RAW, settings.topic_prefix))


def test_what_fails_is_classified_with_its_facts_through_crashes(
    workers: Workers, settings_for_test: Settings
) -> None:
    """Promises 1 and 2, D-15, D-17: a worker dies in the middle of a transaction of either lane, and another goes on."""
    put(settings_for_test, fault_share=0.3)
    # Side by side: the group waits for both sessions at once.
    doomed = [
        workers.start(crash_at=point, crash_after=2, batch_records=200)
        for point in ("after_send", "before_end_txn")
    ]
    assert [each.wait(PATIENCE_S) for each in doomed] == [CRASHED, CRASHED]
    worker = workers.start()
    report = run_audit(settings_for_test, wait_s=PATIENCE_S, wait_for=LANES)
    assert worker.poll() is None, "the worker died"
    worker.terminate()
    assert worker.wait(20) == 0
    assert report.ok, report.to_json()["findings"]
    assert_classified(settings_for_test, report)


def assert_classified(settings: Settings, report: AuditReport) -> None:
    hop = report.classified
    assert report.outcomes["invalid"] == hop.records == hop.accounted > RECORDS * 0.1
    assert hop.in_flight == 0
    assert hop.facts >= hop.accounted
    assert sum(hop.by_disposition.values()) == hop.accounted

    failing, classified = (outcomes(settings, role) for role in (TopicRole.INVALID, TopicRole.CLASSIFIED))
    assert classified.keys() == failing.keys()
    facts = Counter(
        dict(fact.headers() or [])["assay-src"].decode() for fact in messages(settings, TopicRole.ISSUES)
    )
    ids = [dict(fact.headers() or [])["ce_id"] for fact in messages(settings, TopicRole.ISSUES)]
    assert len(set(ids)) == len(ids) == hop.facts
    for source, came in failing.items():
        went = classified[source]
        assert (went.partition(), went.key()) == (came.partition(), came.key())
        before, after = json.loads(came.value()), json.loads(went.value())
        assert after["payload"] == before["payload"]
        assert after["disposition"] in {"remediate", "quarantine", "dead_letter"}
        assert facts[str(source)] >= 1


async def test_its_probe_outlives_whatever_is_no_envelope(
    settings_for_test: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rule 10: the probe of this lane classifies; a detector would raise at a topic that carries no raw traces."""
    monkeypatch.setenv("ASSAY_BOOTSTRAP_SERVERS", settings_for_test.bootstrap_servers)
    monkeypatch.setenv("ASSAY_TOPIC_PREFIX", settings_for_test.topic_prefix)
    topic = topic_name(TopicRole.INVALID, settings_for_test.topic_prefix)
    async with Probe(classifier_probe.COMMAND) as probe:
        for value in (b"{}", None, b"\xff", b"[" * 100_000):
            assert await probe.survives(raw_record(value, topic=topic))


def test_the_detector_alone_leaves_failing_traces_in_flight(
    workers: Workers, settings_for_test: Settings
) -> None:
    """``--agents detector``: what another worker is to classify is no finding."""
    put(settings_for_test, fault_share=0.1)
    workers.start("detector")
    report = run_audit(settings_for_test, wait_s=PATIENCE_S, wait_for=["detector"])
    assert report.ok
    assert report.accounted == RECORDS
    assert report.classified.in_flight == report.classified.records > 0
    workers.start("classifier")
    report = run_audit(settings_for_test, wait_s=PATIENCE_S, wait_for=LANES)
    assert report.ok
    assert (report.classified.in_flight, report.classified.accounted) == (0, report.outcomes["invalid"])
