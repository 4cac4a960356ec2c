"""Fault campaigns on the real Kafka: 0 lost, 0 doubled, whatever dies (RELIABILITY, rows 1 to 4, 12 to 15, 32; promise 1).

Run with ``make test-faults``. Every campaign has all agents at work, at least 100,000 traces, and traffic throughout.
"""

import random
import signal

import pytest

from assay.agents import devstack
from assay.pipeline.core.topics import TopicRole

from .campaign import BESIDE, KILLED, TRACE_WAY, Campaign
from .exactly_once import assert_exactly_once
from .walk import POINTS, Walk

pytestmark = [pytest.mark.broker, pytest.mark.faults]

KILLS = 30
PEOPLE = 5
"""People act after every so many kills."""
WRITTEN = (
    TopicRole.VALID,
    TopicRole.INVALID,
    TopicRole.CLASSIFIED,
    TopicRole.REMEDIATED,
    TopicRole.QUARANTINE,
)
"""What the lanes of a trace's way write, each record one step of one trace."""


def test_every_agent_dies_at_every_step(campaign: Campaign) -> None:
    """Rows 2 and 14: each lane, keyed lane and view at each named point in turn, while the others go on; D-12."""
    campaign.start_traffic(rate=1000)
    walks = [Walk(campaign, agent, points) for agent, points in POINTS.items()]
    while sum(walk.is_over() for walk in walks) < len(walks):  # each is asked, so that each walks on
        campaign.rest(0.1)
    for walk in walks:
        walk.end()
    ended = campaign.finish()
    assert [walk.deaths for walk in walks] == [len(points) for points in POINTS.values()]
    assert_exactly_once(ended)


def test_thirty_workers_are_killed(campaign: Campaign, seed: random.Random) -> None:
    """Row 1: SIGKILL at random instants, 30 times, of any process: two of a trace's way, one of all other agents.

    Meanwhile people confirm, acknowledge and resolve groups, which come back: a step is said once in each episode (D-12).
    """
    campaign.keep(2)
    campaign.start_traffic(rate=1000)
    for kill in range(KILLS):
        campaign.rest(seed.uniform(0.5, 4), keep=2)
        victim = seed.choice([*campaign.alive(TRACE_WAY), *campaign.alive(BESIDE)])
        victim.kill()
        assert campaign.until_exit(victim) == KILLED
        if kill % PEOPLE == 0:
            campaign.people_act(seed)
    ended = campaign.finish(keep=2)
    assert_exactly_once(ended)
    assert ended.books.reopened


def test_workers_sleep_past_their_sessions_and_wake(campaign: Campaign) -> None:
    """Row 3: zombies are fenced; what they wake up with is written by nobody but their heirs, in Redis too."""
    zombies = {agents: campaign.spawn(agents) for agents in (TRACE_WAY, BESIDE)}
    for agents in zombies:
        campaign.spawn(agents)
    campaign.start_traffic(rate=1500)
    campaign.rest(8)
    for _ in range(2):
        for zombie in zombies.values():
            zombie.send_signal(signal.SIGSTOP)
        campaign.rest(14)  # session 6 s, transaction 10 s
        for zombie in zombies.values():
            zombie.send_signal(signal.SIGCONT)
        campaign.rest(6)
        for agents, zombie in zombies.items():
            if zombie.poll() is not None:
                zombies[agents] = campaign.spawn(agents)
    assert_exactly_once(campaign.finish(keep=2))


def test_the_broker_is_killed_and_comes_back(campaign_of_its_own: Campaign) -> None:
    """Row 4: what was acknowledged is there, and is there once."""
    campaign = campaign_of_its_own
    campaign.keep(2)
    campaign.start_traffic(rate=1500)
    for _ in range(2):
        campaign.rest(10, keep=2)
        devstack.kill_kafka(campaign.settings.home)
        campaign.rest(2, keep=2)
        devstack.start_kafka(campaign.settings.home)
    campaign.rest(10, keep=2)
    assert_exactly_once(campaign.finish(keep=2))


def test_workers_come_and_go(campaign_of_wide_slots: Campaign) -> None:
    """Row 15: one worker, three, two, of either kind; four slots of two partitions each change hands whole."""
    campaign = campaign_of_wide_slots
    campaign.keep(1)
    campaign.start_traffic(rate=1500)
    campaign.rest(10)
    campaign.spawn(TRACE_WAY)
    campaign.spawn(TRACE_WAY)
    campaign.spawn(BESIDE)
    campaign.rest(12)
    for agents in (TRACE_WAY, BESIDE):
        leaver = campaign.alive(agents)[0]
        leaver.send_signal(signal.SIGTERM)
        assert campaign.until_exit(leaver, 15) == 0
    campaign.rest(10)
    assert len(campaign.alive(TRACE_WAY)) == 2
    assert_exactly_once(campaign.finish(keep=2))


def test_workers_are_asked_to_stop_under_load(campaign: Campaign) -> None:
    """Row 32: SIGTERM at full load: out in ten seconds, nothing aborted, nothing done twice."""
    campaign.keep(1)
    campaign.start_traffic(rate=2500)
    for _ in range(3):
        campaign.until_at_work()
        campaign.rest(6)
        for agents in (TRACE_WAY, BESIDE):
            (worker,) = campaign.alive(agents)
            worker.send_signal(signal.SIGTERM)
            assert campaign.until_exit(worker, 10) == 0
            campaign.spawn(agents)
    ended = campaign.finish()
    assert_exactly_once(ended)
    assert all(set(statuses) == {0} for statuses in ended.statuses.values())
    # Not even a reader of uncommitted records sees anything else.
    report = ended.report
    failing = report.classified.records
    ends = report.ended.by_outcome
    expected = report.outcomes["valid"] + 2 * failing + ends["remediated"] + ends["quarantined"]
    assert campaign.records(*WRITTEN) == expected
