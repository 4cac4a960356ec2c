"""Redis is hurt in every way under load: no trace waits for it, and views come back to what the topics say (rows 12 to 14, promise 3)."""

import asyncio
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import redis

from assay.agents import devstack
from assay.agents.roster import LANES

from .campaign import BESIDE, TRACE_WAY, Campaign
from .exactly_once import assert_exactly_once

pytestmark = [pytest.mark.broker, pytest.mark.faults]

PHASE_S = 8
SAMPLES = 4
HELD_UP = 0.1
"""Traces that may be in flight more than without the fault, as a share of those sent during it."""


def command(*words: str | int) -> Callable[[Campaign], Any]:
    def run(campaign: Campaign) -> Any:
        with redis.Redis.from_url(campaign.settings.redis_url) as client:
            return client.execute_command(*words)

    return run


@dataclass(frozen=True, slots=True)
class Hurt:
    """What is done to Redis, and what makes it well."""

    hurt: Callable[[Campaign], Any]
    heal: Callable[[Campaign], Any]


HURTS: Mapping[str, Hurt] = {
    "killed": Hurt(
        lambda campaign: devstack.kill_redis(campaign.settings.home),
        lambda campaign: devstack.start_redis(campaign.settings.home),
    ),
    "paused": Hurt(
        lambda campaign: devstack.signal_redis(campaign.settings.home, signal.SIGSTOP),
        lambda campaign: devstack.signal_redis(campaign.settings.home, signal.SIGCONT),
    ),
    "emptied": Hurt(command("FLUSHALL"), lambda _campaign: None),
    "out of memory": Hurt(command("CONFIG", "SET", "maxmemory", 1), command("CONFIG", "SET", "maxmemory", 0)),
    "read-only": Hurt(command("REPLICAOF", "127.0.0.1", 1), command("REPLICAOF", "NO", "ONE")),
}


class Flow:
    """How traces flow: what is sent and not yet through a lane, at the best of some moments."""

    def __init__(self, campaign: Campaign) -> None:
        self._campaign = campaign

    def phase(self) -> tuple[int, int]:
        """Traces sent in a phase, and the least number that was in flight at its end."""
        traffic = self._campaign.traffic
        assert traffic is not None
        before = traffic.sent
        self._campaign.rest(PHASE_S, keep=1)
        in_flight = [sum(self._campaign.waiting(*LANES).values())]
        for _ in range(SAMPLES - 1):
            self._campaign.rest(0.5, keep=1)
            in_flight.append(sum(self._campaign.waiting(*LANES).values()))
        return traffic.sent - before, min(in_flight)


def test_redis_is_hurt_under_load(campaign_of_its_own: Campaign) -> None:
    """Killed, paused, emptied, out of memory, read-only; while it is away, a process of each kind dies as well."""
    campaign = campaign_of_its_own
    campaign.keep(1)
    campaign.start_traffic(rate=1000)
    campaign.until_at_work()
    flow = Flow(campaign)
    flow.phase()
    _, usual = flow.phase()
    for name, what in HURTS.items():
        what.hurt(campaign)
        try:
            sent, in_flight = flow.phase()
            campaign.note(f"{name}: {sent} sent, {in_flight} in flight, {usual} before")
            assert in_flight <= usual + HELD_UP * sent, f"{name}: traces wait for Redis"
            for agents in (TRACE_WAY, BESIDE):
                for victim in campaign.alive(agents):
                    victim.kill()
            campaign.rest(PHASE_S, keep=1)
        finally:
            what.heal(campaign)
        campaign.rest(PHASE_S, keep=1)
        views = asyncio.run(campaign.views(caught_up=False))
        assert all(each.ok for each in views.values()), name
    ended = campaign.finish()
    assert_exactly_once(ended)
