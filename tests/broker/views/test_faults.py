"""Views on the real Kafka and a Valkey that is hurt: they catch up exactly (promise 3; faults 12-14, invariant C)."""

import asyncio
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from assay.agents.clock import SystemClock
from assay.agents.lanes import projection as engine
from assay.agents.settings import Settings
from assay.agents.transport.kafka import KafkaTransport
from assay.agents.views.monitor import Looked
from assay.agents.views.rebuild import rebuild
from assay.agents.views.service import ViewsService, projection
from assay.agents.views.specs import QUARANTINE_AGENT, VIEWS, VIEWS_AGENT
from assay.agents.views.telemetry import ViewsTelemetry
from assay.agents.views.verify import Verified, verify
from assay.pipeline.core.errors import DependencyUnavailableError
from assay.pipeline.core.outcome import Outcome, Reason
from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.dispose import Tally
from assay.pipeline.dispose.testing import BUNDLE, a_record, an_issue

pytestmark = pytest.mark.broker
SPEC = VIEWS["counters"]


class Span:
    topic, partition, first, next, fetched = "traces.raw", 0, 0, 5, 3


class Site:
    """A view that is kept by projections in this process, and somebody who writes tallies."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.transport = KafkaTransport(settings)
        self.projections: list[engine.Projection] = []
        self.written = 0

    async def start(self) -> None:
        made = projection(SPEC, self.settings, self.transport)
        await made.start()
        self.projections.append(made)

    async def write(self, number: int = 200) -> None:
        """As lanes do: in transactions, some of which are aborted."""
        producer = self.transport.producer(f"{self.settings.env}-{self.written}")
        await producer.start()
        for aborted in (True, False):
            await producer.begin()
            await producer.send([self._tally(index) for index in range(number)])
            await (producer.abort() if aborted else producer.commit())
        await producer.close()
        self.written += number

    @staticmethod
    def _tally(index: int) -> Outgoing:
        now_ns = SystemClock().now_ns()
        tally = Tally("detector", "g", BUNDLE)
        tally.count(a_record(), f"tenant-{index % 7}", Outcome.VALID, Reason.PASSED, now_ns)
        tally.count(
            a_record(), "acme", Outcome.QUARANTINED, Reason.BLOCKING_ISSUES, now_ns, issues=[an_issue()]
        )
        (out,) = tally.to_outgoing([Span()], now_ns)
        return out._replace(role=TopicRole.TALLIES, key=f"{index}".encode())

    async def noticed(self) -> None:
        async with asyncio.timeout(20):
            while all(each.available for each in self.projections):
                await asyncio.sleep(0.01)

    async def caught_up(self) -> Verified:
        async with asyncio.timeout(40):
            while True:
                with suppress(DependencyUnavailableError):  # a topic that was just made has no leader yet
                    found = await verify(SPEC, self.settings, SystemClock())
                    if found.ok and not found.behind:
                        return found
                await asyncio.sleep(0.05)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "MOST_PAUSE_S", 0.5)
    monkeypatch.setattr(engine, "CHECK_S", 0.2)
    monkeypatch.setattr(engine, "POLL_MS", 100)


@pytest.fixture
async def site(settings_for_test: Settings, server: Any) -> AsyncIterator[Site]:
    made = Site(settings_for_test.model_copy(update={"redis_url": server.url}))
    await made.transport.start()
    await made.start()
    yield made
    for each in made.projections:
        await each.stop()
    await made.transport.stop()


async def hurt(server: Any, how: str) -> None:
    match how:
        case "killed":
            server.signal(signal.SIGKILL)
        case "paused":
            server.signal(signal.SIGSTOP)
        case "emptied":
            await server.command("FLUSHALL")
        case "out of memory":
            await server.command("CONFIG", "SET", "maxmemory", "1")
        case "read-only":
            await server.command("REPLICAOF", "127.0.0.1", "1")


async def heal(server: Any, how: str) -> None:
    match how:
        case "killed":
            await server.start()
        case "paused":
            server.signal(signal.SIGCONT)
        case "out of memory":
            await server.command("CONFIG", "SET", "maxmemory", "0")
        case "read-only":
            await server.command("REPLICAOF", "NO", "ONE")


async def test_whatever_happens_to_valkey_the_view_catches_up_exactly(site: Site, server: Any) -> None:
    await site.write()
    assert (await site.caught_up()).records == site.written
    for how in ("killed", "paused", "emptied", "out of memory", "read-only"):
        await hurt(server, how)
        await site.write()
        if how != "emptied":
            await site.noticed()
        await heal(server, how)
        found = await site.caught_up()
        assert found.records == site.written, how
    assert found.counters > 10


async def test_projections_share_a_topic_and_survive_each_other(site: Site) -> None:
    await site.write()
    await site.start()
    await site.write()
    await site.caught_up()
    await site.projections.pop(0).stop()
    await site.write()
    assert (await site.caught_up()).records == site.written


async def test_a_view_that_somebody_changed_is_found_and_a_rebuild_puts_it_right(
    site: Site, server: Any
) -> None:
    await site.write()
    await site.caught_up()
    (bucket,) = list(await server.command("KEYS", "*:c:h:*"))
    await server.command("HINCRBY", bucket, '["fetched","detector"]', "1")
    found = await verify(SPEC, site.settings, SystemClock())
    assert [(each.topics, each.view) for each in found.shown] == [(600, 601)]
    await site.write()
    rebuilt = await rebuild(SPEC, site.settings)
    assert rebuilt.records == site.written
    await site.write()
    assert (await site.caught_up()).records == site.written


async def test_a_rebuild_while_records_come_gives_the_same_numbers(site: Site) -> None:
    await site.write()
    rebuilding = asyncio.create_task(rebuild(SPEC, site.settings))
    await site.write()
    await rebuilding
    await site.write()
    assert (await site.caught_up()).records == site.written


class Heard(ViewsTelemetry):
    """Metrics of views, and each look of the quality monitor."""

    def __init__(self, registry: CollectorRegistry, agents: Sequence[str]) -> None:
        super().__init__(registry, agents)
        self.looks: list[Looked] = []

    def looked(self, looked: Looked) -> None:
        super().looked(looked)
        self.looks.append(looked)


async def test_the_agents_keep_their_views_in_the_life_cycle_of_a_worker(
    settings_for_test: Settings, server: Any
) -> None:
    settings = settings_for_test.model_copy(update={"redis_url": server.url})
    site, lags = Site(settings), dict[str, Any]()
    telemetry = Heard(CollectorRegistry(), [VIEWS_AGENT, QUARANTINE_AGENT])
    services = [
        ViewsService(agent, settings, lags.__setitem__, telemetry)
        for agent in (VIEWS_AGENT, QUARANTINE_AGENT)
    ]
    for service in services:
        await service.start()
    await site.write()
    await site.caught_up()
    async with asyncio.timeout(20):
        while not all(each.is_ready for service in services for each in service.projections):
            await asyncio.sleep(0.01)
    kept = {each.spec.name for service in services for each in service.projections}
    for service in services:
        await service.stop()
    assert kept == set(VIEWS)
    assert len(telemetry.looks) == 1
