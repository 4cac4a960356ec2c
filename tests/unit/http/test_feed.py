"""The live feed: a slow client costs nobody but itself, and is told what it lost (S3-51 … S3-65)."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from assay.agents.http.feed import Admission, IssueFeed, Update, Wanted, update_of
from assay.agents.http.feed.client import MOST_TOGETHER, FeedClient, Offered
from assay.agents.http.feed.telemetry import FeedTelemetry
from assay.agents.settings import load_settings
from assay.pipeline.core.errors import DependencyUnavailableError
from assay.pipeline.core.issue import Category, Severity
from assay.pipeline.testing import FakeClock

NOW_S = 1_767_323_045


def update(number: int = 0, severity: Severity = Severity.CRITICAL, tenant: str = "acme") -> Update:
    text = orjson.dumps({"fingerprint": f"{number:016x}"}).decode()
    return Update(severity, Category.SCHEMA, frozenset({tenant}), text, text)


def group(**members: Any) -> dict[str, Any]:
    return {
        "fingerprint": "0123456789abcdef",
        "severity": "critical",
        "category": "schema",
        "status": "triaged",
        "tenants": [{"tenant_id": "acme", "count": 1}],
        "assigned_to": "grace",
        "rate": {"minutes": [[NOW_S // 60, 3]], "hours": []},
        "seen": ["00"],
    } | members


async def taken(client: FeedClient) -> list[dict[str, Any]]:
    return [orjson.loads(text) for text in await client.take()]


def numbers(messages: list[dict[str, Any]]) -> list[int]:
    groups = [each for message in messages for each in message.get("groups", [message.get("group")]) if each]
    return [int(each["fingerprint"], 16) for each in groups]


async def test_whoever_keeps_up_gets_everything_in_order() -> None:
    client = FeedClient(Wanted(), 8, 0.8)
    found: list[int] = []
    for number in range(100):
        assert client.offer(update(number)) is Offered.QUEUED
        found += numbers(await taken(client))
    assert found == list(range(100))
    assert client.dropped == 0


async def test_what_waited_comes_together() -> None:
    client = FeedClient(Wanted(), 2 * MOST_TOGETHER, 1.0)
    for number in range(MOST_TOGETHER + 1):
        client.offer(update(number))
    first, second = await taken(client), await taken(client)
    assert [message["type"] for message in (*first, *second)] == ["groups", "group"]
    assert numbers([*first, *second]) == list(range(MOST_TOGETHER + 1))


async def test_under_pressure_only_critical_updates_are_queued() -> None:
    """S3-61: BACKPRESSURE_THRESHOLD is a part of the queue."""
    client = FeedClient(Wanted(), 10, 0.8)
    said = [client.offer(update(n, Severity.HIGH)) for n in range(9)]
    assert said == [Offered.QUEUED] * 8 + [Offered.DROPPED]
    said = [client.offer(update(n)) for n in range(10, 13)]
    assert said == [Offered.QUEUED, Offered.QUEUED, Offered.DROPPED]
    assert client.waiting == 10


async def test_a_client_is_told_how_much_it_lost() -> None:
    client = FeedClient(Wanted(), 4, 1.0)
    for number in range(10):
        client.offer(update(number))
    messages = await taken(client)
    assert numbers(messages) == [0, 1, 2, 3]
    assert messages[-1] == {"type": "dropped", "count": 6, "total": 6}
    client.offer(update(11))
    assert [message["type"] for message in await taken(client)] == ["group"]


@given(st.lists(st.one_of(st.sampled_from([*Severity]), st.none()), max_size=200), st.integers(1, 20))
def test_what_is_offered_is_told_or_counted(steps: list[Severity | None], capacity: int) -> None:
    """Nothing is lost in silence: what a client gets and what it is told it lost is what there was."""

    async def played() -> None:
        client = FeedClient(Wanted(), capacity, 0.8)
        offered, told, lost = 0, 0, 0
        for number, severity in enumerate([*steps, None]):
            if severity is not None:
                client.offer(update(number, severity))
                offered += 1
                assert client.waiting <= capacity
            elif client.waiting:
                messages = await taken(client)
                told += len(numbers(messages))
                lost += sum(message.get("count", 0) for message in messages)
        while client.waiting:
            messages = await taken(client)
            told += len(numbers(messages))
            lost += sum(message.get("count", 0) for message in messages)
        assert told + lost == offered
        assert lost == client.dropped

    asyncio.run(played())


def test_a_client_hears_what_it_asked_for() -> None:
    high, critical = update(1, Severity.HIGH), update(2, tenant="other")
    wants = [
        Wanted(severities=frozenset({Severity.HIGH})),
        Wanted(categories=frozenset({Category.SECURITY})),
        Wanted(tenant="other"),
    ]
    heard = [[bool(wanted.text_of(each)) for each in (high, critical)] for wanted in wants]
    assert heard == [[True, False], [False, False], [False, True]]


def test_a_tenant_hears_of_its_own_groups_and_not_what_people_wrote() -> None:
    """DESIGN 9: another tenant's is not there."""
    own = update_of(orjson.dumps(group()), NOW_S)
    shared = update_of(orjson.dumps(group(tenants=[{"tenant_id": "acme"}, {"tenant_id": "other"}])), NOW_S)
    assert own is not None
    assert shared is not None
    assert Wanted(whose="acme").text_of(shared) is None
    assert Wanted(whose="other").text_of(own) is None
    text = Wanted(whose="acme").text_of(own)
    assert text is not None
    assert "grace" not in text
    assert "grace" in (Wanted().text_of(own) or "")


def test_a_group_looks_as_it_does_in_the_list() -> None:
    found = update_of(orjson.dumps(group()), NOW_S)
    assert found is not None
    shown = orjson.loads(found.text)
    assert (shown["last_hour"], shown["status"]) == (3, "triaged")
    assert "seen" not in shown


@pytest.mark.parametrize("state", [None, b"", b"[]", b"{}", orjson.dumps(group(severity="terrible"))])
def test_what_is_no_group_is_passed_over(state: bytes | None) -> None:
    assert update_of(state, NOW_S) is None


class Script:
    """A source that says what the test says."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[Mapping[bytes, bytes | None] | Exception] = asyncio.Queue()
        self.opened = 0
        self.is_open = False

    async def open(self) -> None:
        self.opened += 1
        self.is_open = True

    async def more(self) -> Mapping[bytes, bytes | None]:
        found = await self.queue.get()
        if isinstance(found, Exception):
            raise found
        return found

    async def close(self) -> None:
        self.is_open = False


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
async def feed(
    script: Script, registry: CollectorRegistry, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[IssueFeed]:
    monkeypatch.setattr("assay.agents.http.feed.hub.TOGETHER_S", 0.0)
    monkeypatch.setattr("assay.agents.http.feed.hub.FIRST_PAUSE_S", 0.0)
    settings = load_settings(max_websocket_connections=2)
    made = IssueFeed(settings, FeedTelemetry(registry), FakeClock(NOW_S * 10**9), lambda: script, capacity=2)
    yield made
    await made.close()


async def test_changes_reach_every_client(feed: IssueFeed, script: Script) -> None:
    first, second = feed.admit(Wanted()), feed.admit(Wanted())
    assert isinstance(first, FeedClient)
    assert isinstance(second, FeedClient)
    script.queue.put_nowait({b"0123456789abcdef": orjson.dumps(group())})
    for client in (first, second):
        assert numbers(await taken(client)) == [0x0123456789ABCDEF]


async def test_there_are_only_so_many_places(feed: IssueFeed, registry: CollectorRegistry) -> None:
    """S3-60, S3-64: MAX_WEBSOCKET_CONNECTIONS and the metric of those that are taken."""
    first, _ = feed.admit(Wanted()), feed.admit(Wanted())
    assert feed.admit(Wanted()) is Admission.FULL
    assert registry.get_sample_value("websocket_connections_active") == 2
    assert isinstance(first, FeedClient)
    feed.leave(first)
    assert registry.get_sample_value("websocket_connections_active") == 1
    assert isinstance(feed.admit(Wanted()), FeedClient)


async def test_drops_are_counted(feed: IssueFeed, registry: CollectorRegistry) -> None:
    """S3-65."""
    feed.admit(Wanted())
    feed.publish(update(n) for n in range(5))
    assert registry.get_sample_value("websocket_backpressure_drops") == 3


async def test_the_log_says_what_the_runbook_looks_for(
    feed: IssueFeed, script: Script, caplog: pytest.LogCaptureFixture
) -> None:
    """S3-53, S3-56, S3-57."""
    caplog.set_level("INFO")
    client = feed.admit(Wanted())
    assert isinstance(client, FeedClient)
    feed.publish(update(n) for n in range(5))
    script.queue.put_nowait({b"0123456789abcdef": orjson.dumps(group())})
    while not caplog.records:
        await asyncio.sleep(0)
    assert "backpressure: 4 updates dropped" in caplog.text
    assert "1 active connections" in caplog.text


async def test_the_feed_goes_on_when_kafka_is_back(feed: IssueFeed, script: Script) -> None:
    client = feed.admit(Wanted())
    assert isinstance(client, FeedClient)
    script.queue.put_nowait(DependencyUnavailableError("away"))
    script.queue.put_nowait({b"0123456789abcdef": orjson.dumps(group())})
    assert numbers(await taken(client)) == [0x0123456789ABCDEF]
    assert script.opened == 2


async def test_an_ended_feed_lets_nobody_in(feed: IssueFeed, script: Script) -> None:
    feed.admit(Wanted())
    while not script.opened:
        await asyncio.sleep(0)
    await feed.close()
    assert not script.is_open
    assert feed.admit(Wanted()) is Admission.ENDING
