"""The campaigns must be able to fail: a bug planted in a copy of an agent is found by what they assert, each of them.

``tests/broker/test_planted_bugs.py`` does this for a trace's way and the audit; here it is done for what follows.
"""

import asyncio
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path

import pytest

from assay.agents.devstack import Stack
from assay.agents.generate import publish
from assay.agents.topics import topic_name
from assay.agents.views.specs import OF_AGENT, VIEWS_AGENT
from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.generate import generate

from ..conftest import topics_of_its_own
from .books import read_books
from .campaign import CRASHED, TRACE_WAY, Campaign
from .mutant_agent import BUGS
from .replaying import ask_for_replay, replay_is_over, roots_on_raw

pytestmark = [pytest.mark.broker, pytest.mark.faults]

TRACES = 2000
MIX = {IssueCode.BUSINESS_TRUST_BELOW_MINIMUM: 3.0, IssueCode.CORRUPT_JSON_MALFORMED: 1.0}
"""Few problems with many traces each, of which some are contained and some need people."""
BESIDE = {"escalation": "issues"}
"""What an agent needs besides the lanes of a trace's way."""
AT_A_TIME = 3
PATIENCE_S = 120
CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def found(
    stack: Stack, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapping[str, Future[list[str]]]]:
    """What is found of each bug, and of none; scenes wait for sessions to end, so some are played at a time."""
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        scenes = {name: tmp_path_factory.mktemp("scene") for name in ("", *BUGS)}
        found = {name: pool.submit(play, stack, home, name) for name, home in scenes.items()}
        wait(found.values())  # their threads are none that a test leaves behind
        yield found


@pytest.mark.parametrize("name", BUGS)
def test_it_is_found(found: Mapping[str, Future[list[str]]], name: str) -> None:
    """Each bug by its own words (D-12, D-13; promises 1 and 3)."""
    words = found[name].result()
    assert any(BUGS[name].found_as in each for each in words), f"{BUGS[name].story}: {words or 'nothing'}"


def test_nothing_is_found_where_no_bug_is(found: Mapping[str, Future[list[str]]]) -> None:
    """All agents that bugs were planted in, each dying where they die."""
    assert found[""].result() == []


def play(stack: Stack, home: Path, name: str) -> list[str]:
    """Traces, their way, then the agent with the bug and the one that comes after its death; what is found then."""
    with topics_of_its_own(stack, home) as settings:
        campaign = Campaign(settings.model_copy(update={"batch_records": 400}), home)
        items = generate(seed=5, count=TRACES, tenants=1, fault_share=1, mix=MIX, now_ns=time.time_ns())
        publish(settings, items, topic=topic_name(TopicRole.RAW, settings.topic_prefix))
        # A replay would add to what the books of the others count.
        bugs = [name] if name else [each for each in BUGS if BUGS[each].agents != ("replay",)]
        try:
            way = ",".join(
                [TRACE_WAY, *(BESIDE[agent] for agent in BUGS[bugs[-1]].agents if agent in BESIDE)]
            )
            campaign.spawn(way)
            campaign.until_taken_in(*way.split(","))
            for each in bugs:
                act(campaign, each, planted=bool(name))
            return findings(campaign)
        finally:
            campaign.processes.end()


def act(campaign: Campaign, name: str, *, planted: bool) -> None:
    """Until the agent has done all there is, with a death in between."""
    bug = BUGS[name]
    (agent,) = bug.agents

    def start(crash_at: str) -> int | None:
        extra = {"crash_at": crash_at, "crash_after": 0}
        if planted:
            command = [sys.executable, "-m", "tests.faults.mutant_agent", name, agent]
            process = campaign.processes.launch(command, pythonpath=CHECKOUT, **extra)
        else:
            process = campaign.spawn(agent, **extra)
        return process.wait(PATIENCE_S) if crash_at else None

    if agent == "replay":
        ask_for_replay(campaign.settings)
    if bug.crash_at:
        assert start(bug.crash_at) == CRASHED
    start("")
    if agent == "replay":
        campaign.until(lambda: replay_is_over(campaign.settings))
    elif agent in OF_AGENT:
        asyncio.run(campaign.views(OF_AGENT[agent]))
    else:
        campaign.until_taken_in(agent)


def findings(campaign: Campaign) -> list[str]:
    """All of it; of agents that were not at work there is more, in other words."""
    books = read_books(campaign.settings)
    views = asyncio.run(campaign.views(OF_AGENT[VIEWS_AGENT], caught_up=False))
    found = [*books.findings(), *(f"view {name} differs" for name, each in views.items() if each.total)]
    roots = Counter(roots_on_raw(campaign.settings))
    return [*found, *(f"replayed {number} times" for number in set(roots.values()) if number > 1)]
