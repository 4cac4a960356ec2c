"""The probe: a process of its own for records that may kill (rule 10, promise 6)."""

import os
import subprocess
import sys

import pytest

from assay.agents.lanes import probe
from assay.agents.lanes.probe import Probe
from assay.pipeline.core.record import RawRecord
from assay.pipeline.testing import raw_record

SECRET = b"geheim 4111"
CHILD = """
import os, sys, time
from assay.agents.lanes.probe import serve
def judge(record):
    assert record.headers == [("h", b"\\0"), ("n", None)], "headers arrive as they were"
    assert record.key == b"\\xff" and record.partition == 2 and record.offset == 7 and record.timestamp == -1
    match record.value:
        case b"dies": os.kill(os.getpid(), 11)
        case b"exits": sys.exit(0)
        case b"hangs": time.sleep(1000)
        case b"exhausts": bytearray(1 << 60)
        case b"grows":
            held = []
            for _ in range(200):
                time.sleep(0.01)
                try: held.append(b"x" * (1 << 22))
                except MemoryError: pass
        case bytes() as value if value.startswith(b"raises"): raise ValueError(value)
serve(judge)
"""
COMMAND = (sys.executable, "-c", CHILD)


def a_record(value: bytes | None) -> RawRecord:
    headers = [("h", b"\0"), ("n", None)]
    return raw_record(value, key=b"\xff", headers=headers, partition=2, offset=7, timestamp=-1)


async def test_a_killer_kills_only_the_child_and_the_next_record_gets_a_new_one() -> None:
    async with Probe(COMMAND) as judged_apart:
        assert await judged_apart.survives(a_record(b"good"))
        first = judged_apart._child
        assert not await judged_apart.survives(a_record(b"dies"))
        assert await judged_apart.survives(a_record(None))
        second = judged_apart._child
        assert await judged_apart.survives(a_record(b"x" * 2_000_000))
        assert judged_apart._child is second, "who lives on is kept"
    assert first is not None
    assert second is not None
    for child in (first, second):
        with pytest.raises(ProcessLookupError):
            os.kill(child.pid, 0)


@pytest.mark.parametrize("value", [b"exits", b"exhausts", b"raises"])
async def test_other_ways_to_end_are_deaths_too(value: bytes) -> None:
    """A worker would have ended as well: by its status, for want of memory, by an error that nobody caught."""
    async with Probe(COMMAND) as judged_apart:
        assert not await judged_apart.survives(a_record(value))


async def test_a_record_that_hangs_the_child_is_as_bad(monkeypatch: pytest.MonkeyPatch) -> None:
    async with Probe(COMMAND) as judged_apart:
        assert await judged_apart.survives(a_record(b"good"))
        monkeypatch.setattr(probe, "RECORD_S", 0.05)
        assert not await judged_apart.survives(a_record(b"hangs"))
        assert judged_apart._child is None


async def test_a_record_that_takes_all_memory_is_as_bad_even_if_it_swallows_the_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """D-16: a detector's error is caught and becomes an issue, so a limit that only raises one would hide the record."""
    monkeypatch.setattr(probe, "MEMORY_BYTES", 300 << 20)
    async with Probe(COMMAND) as judged_apart:
        assert await judged_apart.survives(a_record(b"good"))
        assert not await judged_apart.survives(a_record(b"grows"))
        assert judged_apart._child is None


async def test_an_error_in_the_child_does_not_quote_the_record(capfd: pytest.CaptureFixture[str]) -> None:
    """Promise 4: the child's standard error is the worker's."""
    async with Probe(COMMAND) as judged_apart:
        assert not await judged_apart.survives(a_record(b"raises" + SECRET))
    said = capfd.readouterr().err
    assert "ValueError" in said
    assert SECRET.decode() not in said


async def test_a_child_that_does_not_start_is_no_verdict_on_the_record() -> None:
    """The record must not be dead-lettered for it."""
    async with Probe((sys.executable, "-c", "raise SystemExit(2)")) as judged_apart:
        with pytest.raises(ChildProcessError):
            await judged_apart.survives(a_record(b"good"))
        assert judged_apart._child is None


def test_the_child_ends_when_its_parent_hangs_up() -> None:
    ended = subprocess.run(COMMAND, input=b"", capture_output=True, check=False, timeout=20)
    assert (ended.returncode, ended.stdout) == (0, b"R")


async def test_the_real_child_judges_with_the_policies_that_ship(capfd: pytest.CaptureFixture[str]) -> None:
    """D-15: hostile bytes are a verdict, no death."""
    hostile = [
        None,
        b"",
        b"\xff" * 100,
        b"[" * 100_000,
        b"\x00\x00\x00\x03\xe9" + b"\x02" * 5000,
        b'{"a":1e400}',
    ]
    async with Probe() as judged_apart:
        for value in hostile:
            assert await judged_apart.survives(raw_record(value)), value
        assert not await judged_apart.survives(raw_record(b"{}", topic="a topic that no binding declares"))
    assert "KeyError" in capfd.readouterr().err
