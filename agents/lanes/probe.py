"""A throw-away process that judges suspect records, so that a killer kills only it (rule 10).

Parent to child: 4-byte length, then a pickled :class:`RawRecord` (the child trusts its parent, and
the record's bytes stay bytes). Child to parent: one byte per record that it outlived.
"""

import asyncio
import pickle
import resource
import sys
from collections.abc import Callable, Sequence
from typing import Self

import psutil

from assay.pipeline.core.record import RawRecord, Record

RECORD_S = 5.0
"""A record that keeps the child busy for longer hangs it: as bad as death."""
MEMORY_BYTES = 2**30
"""A record that takes more memory than this blows a process up. Both are well under what ends a worker
(``watchdog.py``): a record must not outlive its probe and then end the next worker."""
LOOK_S = 0.05
"""How often the child's memory is looked at. From outside: inside, an error that says so would pass for a verdict."""
START_S = 60.0
READY = b"R"
OUTLIVED = b"."
CHILD = (sys.executable, "-m", "assay.agents.lanes.probe_child")


class Probe:
    """Sends records to a child process, a new one after every death."""

    def __init__(self, command: Sequence[str] = CHILD) -> None:
        self._command = command
        self._child: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._end()

    async def survives(self, record: Record) -> bool:
        """Whether a process that judges this record lives on."""
        child = self._child or await self._start()
        assert child.stdin is not None
        assert child.stdout is not None
        raw = RawRecord(
            record.topic,
            record.partition,
            record.offset,
            record.timestamp,
            record.key,
            record.value,
            list(record.headers),
        )
        body = pickle.dumps(raw)
        try:
            child.stdin.write(len(body).to_bytes(4, "big") + body)
            await child.stdin.drain()
            answer = await _answer(child.pid, child.stdout)
        except (ConnectionError, TimeoutError):
            answer = b""
        if answer == OUTLIVED:
            return True
        await self._end()
        return False

    async def _start(self) -> asyncio.subprocess.Process:
        self._child = child = await asyncio.create_subprocess_exec(
            *self._command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        assert child.stdout is not None
        if await asyncio.wait_for(child.stdout.read(1), START_S) != READY:
            await self._end()
            raise ChildProcessError("the probe does not start: see its errors above")
        return child

    async def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        if child.returncode is None:
            child.kill()
        await child.wait()


async def _answer(pid: int, stdout: asyncio.StreamReader) -> bytes:
    """The child's answer; nothing when it ends or grows too large. Raises ``TimeoutError``."""
    reading = asyncio.ensure_future(stdout.read(1))
    try:
        process = psutil.Process(pid)
        async with asyncio.timeout(RECORD_S):
            while not (await asyncio.wait({reading}, timeout=LOOK_S))[0]:
                if process.memory_info().rss > MEMORY_BYTES:
                    return b""
        return reading.result()
    except psutil.NoSuchProcess:
        return b""  # it has just ended
    finally:
        reading.cancel()


def serve(judge: Callable[[Record], object]) -> None:
    """The child's loop: judge what comes in until the parent hangs up."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    stdin, stdout = sys.stdin.buffer, sys.stdout.buffer
    stdout.write(READY)
    stdout.flush()
    while header := stdin.read(4):
        record = pickle.loads(stdin.read(int.from_bytes(header, "big")))  # noqa: S301 - our own parent wrote it
        try:
            judge(record)
        except Exception as error:  # noqa: BLE001 - the edge: it would have ended the worker, so it ends the child
            # Without the text and the traceback: they may quote the record (promise 4).
            sys.exit(f"the probe died of {type(error).__name__}")
        stdout.write(OUTLIVED)
        stdout.flush()
