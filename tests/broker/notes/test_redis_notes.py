"""Crash notes in the real Valkey (rule 10): kept across processes, and done without when it is away."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest

from assay.agents.lanes import notes
from assay.agents.lanes.notes import OpenNote, RedisNotes
from assay.agents.settings import Settings

pytestmark = pytest.mark.broker

PATIENCE_S = 20
NOTE = OpenNote({0: (5, 9), 3: (0, 2**40)}, 1)


class Way:
    """The way to Valkey, which can be closed: connections through it break, new ones are refused."""

    def __init__(self, url: str) -> None:
        self._to = urlsplit(url)
        self._server: asyncio.Server | None = None
        self._writers: list[asyncio.StreamWriter] = []
        self._port = 0
        self._flows = asyncio.Event()

    @property
    def url(self) -> str:
        return self._to._replace(netloc=f"127.0.0.1:{self._port}").geturl()

    def stall(self) -> None:
        """From now on nothing gets through, and nobody is told."""
        self._flows.clear()

    def go_on(self) -> None:
        """What was held up arrives, and the rest."""
        self._flows.set()

    async def open(self) -> None:
        self._flows.set()
        self._server = await asyncio.start_server(self._pass_on, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in self._writers:
            writer.close()
        await self._server.wait_closed()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection(self._to.hostname, self._to.port)
        self._writers += [writer, there_writer]
        await asyncio.gather(self._copy(reader, there_writer), self._copy(there_reader, writer))

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while received := await reader.read(65_536):
                await self._flows.wait()
                writer.write(received)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()


@pytest.fixture
async def way(settings_for_test: Settings) -> AsyncIterator[Way]:
    way = Way(settings_for_test.redis_url)
    await way.open()
    yield way
    await way.close()


@pytest.fixture
def key(settings_for_test: Settings) -> str:
    """Gone with the test's environment."""
    return f"assay:{settings_for_test.env}:notes:detector"


async def test_a_note_is_read_by_the_process_that_comes_after(settings_for_test: Settings, key: str) -> None:
    before = RedisNotes(settings_for_test.redis_url, key)
    assert await before.read("0") is None
    await before.write("0", NOTE)
    await before.close()
    after = RedisNotes(settings_for_test.redis_url, key)
    assert await after.read("0") == NOTE
    await after.close()


async def test_each_slot_and_each_lane_has_its_own(settings_for_test: Settings, key: str) -> None:
    kept = RedisNotes(settings_for_test.redis_url, key)
    other_lane = RedisNotes(settings_for_test.redis_url, f"{key}:other")
    newer = OpenNote({0: (9, 12)}, 0)
    await kept.write("0", NOTE)
    await kept.write("1", NOTE)
    await kept.write("1", newer)
    await kept.clear("0")
    assert await kept.read("0") is None
    assert await kept.read("1") == newer, "the newest"
    assert await other_lane.read("1") is None
    await kept.clear("7")
    await kept.close()
    await other_lane.close()


async def test_valkey_may_go_and_come_back(way: Way, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """RELIABILITY row 12: nothing raises on the way, and what was noted before is there again."""
    monkeypatch.setattr(notes, "PAUSE_S", 0.0)
    kept = RedisNotes(way.url, key)
    await kept.write("0", NOTE)
    await way.close()
    await kept.write("0", OpenNote({}, 0))
    assert await kept.read("0") is None
    await way.open()
    async with asyncio.timeout(PATIENCE_S):
        while await kept.read("0") != NOTE:
            await asyncio.sleep(0.01)
    await kept.close()


async def test_a_valkey_that_hangs_holds_up_one_batch_and_no_more(
    way: Way, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RELIABILITY row 13: whether it is back is asked beside the batches, not before one of them."""
    monkeypatch.setattr(notes, "PAUSE_S", 0.0)
    kept = RedisNotes(way.url, key)
    await kept.write("0", NOTE)
    way.stall()
    await kept.write("0", OpenNote({}, 0))
    for _ in range(20):
        async with asyncio.timeout(notes.TIMEOUT_S / 2):
            await kept.write("0", OpenNote({}, 0))
        await asyncio.sleep(notes.TIMEOUT_S / 10)
    way.go_on()
    newer = OpenNote({0: (9, 12)}, 0)
    async with asyncio.timeout(PATIENCE_S):
        while await kept.read("0") != newer:
            await kept.write("0", newer)
            await asyncio.sleep(0.01)
    await kept.close()


async def test_while_the_circuit_is_open_valkey_is_not_asked(way: Way, key: str) -> None:
    kept = RedisNotes(way.url, key)
    await kept.write("0", NOTE)
    await way.close()
    assert await kept.read("0") is None
    await way.open()
    assert await kept.read("0") is None, "it is there, but nobody waits to find that out"
    await kept.close()


async def test_a_key_that_holds_something_else_stops_nothing(settings_for_test: Settings, key: str) -> None:
    kept = RedisNotes(settings_for_test.redis_url, key)
    await kept._redis.set(key, "not a hash")
    await kept.write("0", NOTE)
    assert await kept.read("0") is None
    await kept.close()
