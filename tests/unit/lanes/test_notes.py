"""Crash notes when Redis is no help: work goes on, at once (rule 10, RELIABILITY rows 12 and 13)."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest

from assay.agents.lanes import notes
from assay.agents.lanes.notes import CrashNotes, NoNotes, OpenNote, RedisNotes

NOTE = OpenNote({0: (5, 9), 3: (0, 1)}, 1)
DEAD = "redis://127.0.0.1:1/0"


@dataclass
class FakeRedis:
    """Answers every command of a connection with the same bytes, or with silence."""

    answer: bytes | None
    connections: int = 0
    commands: list[bytes] = field(default_factory=list)
    url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        while received := await reader.read(65_536):
            asked = received.split(b"\r\n")
            greeting = b"CLIENT" in asked or b"HELLO" in asked
            self.commands += [] if greeting else [received]
            if self.answer is None and not greeting:
                continue
            # The client's own greetings come in pairs; notes ask for one thing at a time.
            answers = received.count(b"CLIENT\r\n") + received.count(b"HELLO\r\n") or 1
            writer.write(b"+OK\r\n" * answers if greeting else self.answer or b"")
            await writer.drain()
        writer.close()


@pytest.fixture
async def fake() -> AsyncIterator[FakeRedis]:
    redis = FakeRedis(b"$-1\r\n")
    server = await asyncio.start_server(redis.serve, "127.0.0.1", 0)
    redis.url = f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0?protocol=2"
    yield redis
    server.close()
    await server.wait_closed()


async def use_all(kept: CrashNotes) -> OpenNote | None:
    """One of each; what was read."""
    await kept.write("0", NOTE)
    await kept.clear("0")
    return await kept.read("0")


@pytest.mark.parametrize("new", [NoNotes, lambda: RedisNotes(DEAD, "k")], ids=["none", "Redis down"])
async def test_without_redis_there_are_no_notes_and_no_errors(new: Callable[[], CrashNotes]) -> None:
    kept = new()
    assert await use_all(kept) is None
    await kept.close()


async def test_a_failure_is_logged_once_and_redis_is_left_alone(
    fake: FakeRedis, caplog: pytest.LogCaptureFixture
) -> None:
    fake.answer = b"-LOADING Redis is loading the dataset in memory\r\n"
    kept = RedisNotes(fake.url, "k")
    for _ in range(10):
        await use_all(kept)
    assert len(fake.commands) == 1, "the first; then the circuit is open"
    [line] = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert line.getMessage() == "crash notes are off: Redis failed (BusyLoadingError)"
    await kept.close()


@pytest.mark.parametrize(
    "answer",
    [
        b"-OOM command not allowed when used memory > 'maxmemory'.\r\n",
        b"-READONLY You can't write against a read only replica.\r\n",
        b"-BUSY Redis is busy running a script.\r\n",
        b"-WRONGTYPE Operation against a key holding the wrong kind of value\r\n",
        b"-NOAUTH Authentication required.\r\n",
        b"what is this\r\n",
    ],
    ids=lambda answer: answer.split()[0].decode(),
)
async def test_whatever_redis_says_work_goes_on(fake: FakeRedis, answer: bytes) -> None:
    fake.answer = answer
    kept = RedisNotes(fake.url, "k")
    assert await use_all(kept) is None
    assert len(fake.commands) == 1
    await kept.close()


async def test_a_redis_that_says_nothing_is_asked_once(
    fake: FakeRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client must not try again by itself: the batch waits for it."""
    monkeypatch.setattr(notes, "TIMEOUT_S", 0.05)
    fake.answer = None
    kept = RedisNotes(fake.url, "k")
    assert await use_all(kept) is None
    assert (len(fake.commands), fake.connections) == (1, 1)
    await kept.close()


async def test_after_the_pause_redis_is_asked_again(fake: FakeRedis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notes, "PAUSE_S", 0.0)
    fake.answer = b"-LOADING\r\n"
    kept = RedisNotes(fake.url, "k")
    assert await kept.read("0") is None
    text = b'{"ranges": {"0": [5, 9], "3": [0, 1]}, "deaths": 1}'
    fake.answer = b"$%d\r\n%s\r\n" % (len(text), text)
    async with asyncio.timeout(20):
        while await kept.read("0") != NOTE:
            await asyncio.sleep(0.01)
    await kept.close()


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"x"',
        b"{}",
        b'{"ranges": {}}',
        b'{"ranges": [], "deaths": 1}',
        b'{"ranges": {"x": [1, 2]}, "deaths": 1}',
        b'{"ranges": {"0": [1]}, "deaths": 1}',
        b'{"ranges": {"0": [1, "x"]}, "deaths": 1}',
        b'{"ranges": {"0": [1, 2]}, "deaths": null}',
        b"\xff\xfe",
    ],
)
async def test_a_damaged_note_is_no_note(fake: FakeRedis, text: bytes) -> None:
    """Nothing depends on notes but the speed of recovery: a slot that would not open for one would stop traces."""
    fake.answer = b"$%d\r\n%s\r\n" % (len(text), text)
    kept = RedisNotes(fake.url, "k")
    assert await kept.read("0") is None
    await kept.close()
