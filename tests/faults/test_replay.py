"""Replay under fire: killed midway, asked twice, with doubled input; each source has one current outcome (row 28)."""

import time
from collections import Counter

import pytest

from assay.agents.audit import run_audit
from assay.agents.generate import publish
from assay.agents.topics import topic_name
from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.generate import generate

from .conftest import CRASHED, Campaign
from .replaying import (
    JOB,
    Try,
    ask_for_replay,
    progress,
    put_again,
    replay_is_over,
    replayed_per_second,
    roots_on_raw,
    tries,
)

pytestmark = [pytest.mark.broker, pytest.mark.faults]

SOURCES = 50_000
RATE = 1000
WITHIN = 0.05
DEATHS = ("after_send", "before_end_txn", "after_end_txn")
CHUNKS = 40
"""Chunks between two deaths, of a fifth of a second's worth each."""
MENDED, BROKEN = IssueCode.BUSINESS_TRUST_BELOW_MINIMUM, IssueCode.BUSINESS_STATE_INVALID
"""What passes the second time because the policy was changed, and what does not."""


def test_fifty_thousand_are_replayed(campaign: Campaign) -> None:
    """Every source exactly one current outcome; the rate is held within 5 % when nobody dies; S0-156."""
    settings = campaign.settings
    items = generate(
        seed=11, count=SOURCES, tenants=8, fault_share=1, mix={MENDED: 3, BROKEN: 1}, now_ns=time.time_ns()
    )
    campaign.keep(1)
    publish(settings, items, topic=topic_name(TopicRole.RAW, settings.topic_prefix))
    campaign.until_taken_in("detector", "classifier", "auto_remediation")
    first = tries(settings)
    assert len(first) == SOURCES
    assert all(each == [Try(0, TopicRole.QUARANTINE)] for each in first.values())

    campaign.change_policy(f"codes: {{{MENDED}: {{mode: warn}}}}\n")
    doubled = put_again(settings, TopicRole.QUARANTINE, lambda number: number % 10 == 0)
    assert doubled == SOURCES // 10
    ask_for_replay(settings, rate_per_s=RATE)
    ask_for_replay(settings, "at the same time", RATE)
    for point in DEATHS:
        process = campaign.spawn("replay", crash_at=point, crash_after=CHUNKS)
        assert campaign.until_exit(process) == CRASHED
    quiet = len(progress(settings))
    campaign.spawn("replay")
    campaign.until(lambda: replay_is_over(settings))
    events = progress(settings)
    assert sum(len(each.replayed) for each in events[quiet:]) > SOURCES / 5, "it was killed midway"
    rate = replayed_per_second(events[quiet:])
    assert 1 - WITHIN <= rate / RATE <= 1 + WITHIN

    ask_for_replay(settings, "once more, of what failed again", RATE)
    campaign.until(lambda: replay_is_over(settings, "once more, of what failed again"))
    campaign.until_taken_in("detector", "classifier", "auto_remediation")
    campaign.processes.stop()
    report = run_audit(settings)
    found = tries(settings)
    raw = Counter(roots_on_raw(settings))
    assert set(raw.values()) == {1}
    assert {root for root, attempt in raw if attempt == 1} == found.keys() == first.keys()
    for root, each in found.items():
        counted = Counter(each)
        last = max(attempt for attempt, _ in each)
        assert sum(number for (attempt, _), number in counted.items() if attempt == last) == 1
        assert raw[root, last] == 1
    current = Counter(max(each).end for each in found.values())
    assert current.total() == SOURCES
    # The third time is for a person (DESIGN 8).
    assert set(current) == {TopicRole.VALID, TopicRole.DEAD_LETTER}
    assert not any(each.replayed for each in progress(settings, "at the same time")), f"{JOB} was at it"
