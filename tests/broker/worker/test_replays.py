"""Replay by workers as they are started for use: what failed goes through the raw topic, the lanes know it again, the books balance."""

import json

import pytest
from confluent_kafka import Producer

from assay.agents.audit import run_audit
from assay.agents.roster import LANES
from assay.agents.topics import topic_name
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.testing import changed, clean_trace

from ..replay.conftest import PATIENTLY, Stage, header, root_of, stage
from .conftest import Pages

__all__ = ["stage"]

pytestmark = [pytest.mark.broker, pytest.mark.long]

CARD = changed(clean_trace(), {"/inputs": {"card": "4111 1111 1111 1111"}})
CRASHED = 137
COUNT = 12


def test_contained_traces_are_replayed_once_each_though_the_agent_dies_on_the_way(
    stage: Stage, pages: Pages
) -> None:
    """S0-184, DESIGN 8: contained again as the same source's next try; the audit has each source once, with what is current."""
    producer = Producer({"bootstrap.servers": stage.settings.bootstrap_servers})
    for number in range(COUNT):
        producer.produce(
            topic_name(TopicRole.RAW, stage.settings.topic_prefix),
            json.dumps(CARD).encode(),
            b"k%d" % number,
            headers=[("app", b"x"), ("assay-attempt", b"9")],
        )
    assert producer.flush(30) == 0
    stage.processes.worker(",".join(LANES), web_port=0)
    stage.until(lambda: len(stage.messages(TopicRole.QUARANTINE)) == COUNT)

    dying = stage.processes.worker("replay", crash_at="before_end_txn", crash_after=1, web_port=0)
    who = ("--actor", "ann", "--reason", "the card was a test card")
    started = stage.cli("start", *PATIENTLY, "--tenant", "42", *who)
    assert started["status"] == "running"
    assert dying.wait(60) == CRASHED
    stage.processes.worker("replay", web_port=pages.port)
    stage.until(lambda: stage.cli("status", started["job"])["status"] == "succeeded")
    pages.until_counted(f'replayed_total{{result="replay"}} {float(COUNT)}')
    assert 'replayed_total{result="hop_limit"} 0.0' in pages.get("/metrics")[1]

    stage.until(lambda: len(stage.messages(TopicRole.QUARANTINE)) == 2 * COUNT)
    again = [one for one in stage.messages(TopicRole.QUARANTINE) if header(one, "assay-replay-of")]
    assert len({root_of(one) for one in again}) == COUNT
    assert {header(one, "assay-attempt") for one in again} == {"1"}
    assert {json.loads(one.value() or b"")["attempts"] for one in again} == {2}

    report = run_audit(stage.settings, wait_s=30)
    assert report.ok, report.examples
    assert (report.raw, report.replays.records, report.replays.sources) == (2 * COUNT, COUNT, COUNT)
    assert report.replays.current == {"quarantined": COUNT}
