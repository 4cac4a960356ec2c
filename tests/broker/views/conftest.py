"""A view in the real Valkey, under keys of its own."""

import asyncio
import signal
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
import redis.asyncio

from assay.agents.devstack.valkey import find_server
from assay.agents.settings import Settings
from assay.agents.stores.view_keys import ViewKeys, view_keys


@pytest.fixture
def keys(settings_for_test: Settings) -> ViewKeys:
    return view_keys(settings_for_test, "sample")


@pytest.fixture
async def raw(settings_for_test: Settings) -> AsyncIterator[redis.asyncio.Redis]:
    client = redis.asyncio.Redis.from_url(settings_for_test.redis_url, decode_responses=True)
    yield client
    with suppress(redis.RedisError):
        await client.aclose()


class Server:
    """A Valkey of the test's own, to be hurt at will."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    async def start(self) -> None:
        options = f"--port {self.port} --bind 127.0.0.1 --appendonly yes --busy-reply-threshold 100 --save"
        self._process = await asyncio.to_thread(self._spawn, options)
        client = redis.asyncio.Redis.from_url(self.url)
        async with asyncio.timeout(20):
            while True:
                with suppress(redis.RedisError, OSError):
                    await client.ping()
                    break
                await asyncio.sleep(0.02)
        await client.aclose()

    def _spawn(self, options: str) -> subprocess.Popen[bytes]:
        command = [find_server(), *options.split(), "", "--dir", str(self._folder)]
        return subprocess.Popen(command, stdout=subprocess.DEVNULL)

    async def command(self, *words: str | int) -> object:
        client = redis.asyncio.Redis.from_url(self.url, decode_responses=True)
        try:
            return await client.execute_command(*words)  # type: ignore[no-untyped-call]  # redis leaves it untyped
        finally:
            await client.aclose()

    def signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)
        if number is signal.SIGKILL:
            self._process.wait()

    def end(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    folder = tmp_path / "valkey"
    folder.mkdir()
    made = Server(folder)
    await made.start()
    yield made
    made.end()
