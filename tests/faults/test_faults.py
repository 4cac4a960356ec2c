"""Fault campaigns on the real Kafka: 0 lost, 0 doubled, whatever dies (RELIABILITY, rows 1 to 4 and 15).

Run with ``make test-faults``. Each campaign has at least 60,000 records and traffic throughout.
"""

import random
import signal
from typing import get_args

import pytest

from assay.agents import devstack
from assay.agents.audit import AuditReport
from assay.agents.settings import CrashPoint
from assay.pipeline.core.topics import TopicRole

from .conftest import CRASHED, KILLED, LEAST_RECORDS, Campaign

pytestmark = [pytest.mark.broker, pytest.mark.faults]

KILLS = 30
CRASH_POINTS = [point for point in get_args(CrashPoint) if point]


def assert_exactly_once(report: AuditReport) -> None:
    """Totality, uniqueness, no invention, integrity, order, tenant, tallies, nothing hanging."""
    assert report.ok, report.to_json()["findings"]
    assert report.raw >= LEAST_RECORDS
    assert report.in_flight == 0
    assert report.accounted == report.raw


def test_thirty_workers_are_killed(campaign: Campaign, seed: random.Random) -> None:
    """Row 1: SIGKILL at random instants, 30 times, two workers at any time."""
    campaign.keep(2)
    campaign.start_traffic(rate=600)
    for _ in range(KILLS):
        campaign.rest(seed.uniform(1, 5), keep=2)
        victim = seed.choice(campaign.alive())
        victim.kill()
        assert campaign.until_exit(victim) == KILLED
    report = campaign.finish(keep=2)
    assert_exactly_once(report)


def test_a_worker_sleeps_past_its_session_and_wakes(campaign: Campaign) -> None:
    """Row 3: a zombie is fenced; what it wakes up with is not written."""
    zombie = campaign.spawn()
    campaign.spawn()
    campaign.start_traffic(rate=1500)
    campaign.rest(8)
    for _ in range(2):
        zombie.send_signal(signal.SIGSTOP)
        campaign.rest(14)  # session 6 s, transaction 10 s
        zombie.send_signal(signal.SIGCONT)
        campaign.rest(6)
        if zombie.poll() is not None:
            zombie = campaign.spawn()
    assert_exactly_once(campaign.finish(keep=2))


def test_the_broker_is_killed_and_comes_back(campaign_of_its_own: Campaign) -> None:
    """Row 4: what was acknowledged is there, and is there once."""
    campaign_of_its_own.keep(2)
    campaign_of_its_own.start_traffic(rate=1500)
    for _ in range(2):
        campaign_of_its_own.rest(10, keep=2)
        devstack.kill_kafka(campaign_of_its_own.settings.home)
        campaign_of_its_own.rest(2, keep=2)
        devstack.start_kafka(campaign_of_its_own.settings.home)
    campaign_of_its_own.rest(10, keep=2)
    assert_exactly_once(campaign_of_its_own.finish(keep=2))


def test_workers_come_and_go(campaign_of_wide_slots: Campaign) -> None:
    """Row 15: one worker, three, two; four slots of two partitions each change hands whole."""
    campaign_of_wide_slots.spawn()
    campaign_of_wide_slots.start_traffic(rate=1500)
    campaign_of_wide_slots.rest(10)
    campaign_of_wide_slots.spawn()
    campaign_of_wide_slots.spawn()
    campaign_of_wide_slots.rest(12)
    leaver = campaign_of_wide_slots.alive()[0]
    leaver.send_signal(signal.SIGTERM)
    assert campaign_of_wide_slots.until_exit(leaver, 15) == 0
    campaign_of_wide_slots.rest(10)
    assert len(campaign_of_wide_slots.alive()) == 2
    assert_exactly_once(campaign_of_wide_slots.finish(keep=2))


@pytest.mark.parametrize("point", CRASH_POINTS)
def test_a_worker_dies_at_the_worst_moment(campaign: Campaign, point: CrashPoint) -> None:
    """Row 2: all seven named crash points, with a second worker that takes over."""
    after = 0 if point == "in_rebalance" else 30
    doomed = campaign.spawn(crash_at=point, crash_after=after)
    campaign.start_traffic(rate=6000)
    assert campaign.until_exit(doomed) == CRASHED
    campaign.rest(2, keep=1)
    assert_exactly_once(campaign.finish(keep=1))


def test_a_worker_is_asked_to_stop_under_load(campaign: Campaign) -> None:
    """Row 32: SIGTERM at full load: out in ten seconds, nothing aborted, nothing done twice."""
    worker = campaign.spawn()
    campaign.start_traffic(rate=6000)
    for _ in range(3):
        campaign.rest(5)
        worker.send_signal(signal.SIGTERM)
        assert campaign.until_exit(worker, 10) == 0
        worker = campaign.spawn()
    report = campaign.finish(keep=1)
    assert_exactly_once(report)
    # Not even a reader of uncommitted records sees anything else.
    everything = sum(campaign.records(role) for role in (TopicRole.VALID, TopicRole.INVALID))
    assert everything == report.accounted
