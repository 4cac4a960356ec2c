"""Replay under fire: killed midway, asked twice, with doubled input; each source has one current outcome (row 28)."""

import asyncio
import time
from collections import Counter
from collections.abc import Set as AbstractSet

import pytest

from assay.agents.audit import run_audit
from assay.agents.audit.finding import FindingKind
from assay.agents.generate import publish
from assay.agents.roster import LANES
from assay.agents.topics import topic_name
from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.record import Source
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.generate import generate

from .books import read_books
from .campaign import CRASHED, INPUTS, Campaign
from .replaying import (
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
AGAIN = "once more, of what failed again"
BESIDE_IT = "the same at the same time"
DEATHS = ("after_send", "before_end_txn", "after_end_txn")
WORDS = {TopicRole.VALID: "valid", TopicRole.DEAD_LETTER: "dead_lettered"}
"""What the audit calls these ends."""
CHUNKS = 40
"""Chunks between two deaths, of a fifth of a second's worth each."""
MENDED, BROKEN = IssueCode.BUSINESS_TRUST_BELOW_MINIMUM, IssueCode.BUSINESS_STATE_INVALID
"""What passes the second time because the policy was changed, and what does not."""


def test_fifty_thousand_are_replayed(campaign: Campaign) -> None:
    """Killed three times midway, asked for twice, some failing traces there twice; the rate is held within 5 %."""
    first = fail_once(campaign)
    campaign.change_policy(f"codes: {{{MENDED}: {{mode: warn}}}}\n")
    doubled = put_again(campaign.settings, TopicRole.QUARANTINE, lambda number: number % 10 == 0)
    assert doubled == SOURCES // 10
    replay_and_kill(campaign)
    campaign.until_taken_in(*LANES)
    ask_for_replay(campaign.settings, AGAIN, RATE)
    campaign.until(lambda: replay_is_over(campaign.settings, AGAIN))
    campaign.until_taken_in(*INPUTS)
    views = asyncio.run(campaign.views())
    campaign.processes.stop()
    current = one_current_outcome_each(campaign, first)
    # The third time is for a person (DESIGN 8).
    assert current.keys() == WORDS.keys()

    report = run_audit(campaign.settings)
    assert report.replays.current == {WORDS[end]: number for end, number in current.items()}
    # What the test put there twice is found, and nothing else.
    assert report.counts.get(FindingKind.DOUBLED) == doubled
    assert not report.counts.keys() & {FindingKind.MISSING, FindingKind.INVENTED, FindingKind.ALTERED}
    assert report.balance is not None
    assert (report.balance.lost, report.balance.doubled) == (0, doubled)
    assert not read_books(campaign.settings).findings()
    assert all(view.ok for view in views.values())


def fail_once(campaign: Campaign) -> AbstractSet[Source]:
    """Traces that are all contained."""
    settings = campaign.settings
    campaign.keep(1)
    mix = {MENDED: 3.0, BROKEN: 1.0}
    items = generate(seed=11, count=SOURCES, tenants=8, fault_share=1, mix=mix, now_ns=time.time_ns())
    publish(settings, items, topic=topic_name(TopicRole.RAW, settings.topic_prefix))
    campaign.until_taken_in(*LANES)
    found = tries(settings)
    assert len(found) == SOURCES
    assert all(each == [Try(0, TopicRole.QUARANTINE)] for each in found.values())
    return found.keys()


def replay_and_kill(campaign: Campaign) -> None:
    """One job, three deaths, and then nobody disturbs it."""
    settings = campaign.settings
    ask_for_replay(settings, rate_per_s=RATE)
    ask_for_replay(settings, BESIDE_IT, RATE)
    for point in DEATHS:
        process = campaign.spawn("replay", crash_at=point, crash_after=CHUNKS)
        assert campaign.until_exit(process) == CRASHED
    before = len(progress(settings))
    campaign.spawn("replay")
    campaign.until(lambda: replay_is_over(settings))
    undisturbed = progress(settings)[before:]
    assert sum(len(each.replayed) for each in undisturbed) > SOURCES / 5, "the deaths were midway"
    assert 1 - WITHIN <= replayed_per_second(undisturbed) / RATE <= 1 + WITHIN
    assert not any(each.replayed for each in progress(settings, BESIDE_IT))


def one_current_outcome_each(campaign: Campaign, first: AbstractSet[Source]) -> Counter[TopicRole]:
    """Where the last try of each source ended; every try was made once."""
    found, made = tries(campaign.settings), Counter(roots_on_raw(campaign.settings))
    assert set(made.values()) == {1}
    assert {root for root, attempt in made if attempt == 1} == found.keys() == first
    for root, each in found.items():
        last = max(each).attempt
        assert sum(attempt == last for attempt, _ in each) == made[root, last] == 1
    return Counter(max(each).end for each in found.values())
