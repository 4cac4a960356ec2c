"""The supervisor: what dies is started again, what is hopeless is not, signals reach every worker."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.agents import supervisor
from assay.agents.supervisor import (
    FIRST_DELAY_S,
    LONG_LIFE_S,
    MOST_DELAY_S,
    Supervisor,
    next_delay,
    worker_command,
)

LIMIT_S = 20
"""No test comes near it; one that hangs ends by it."""

NOTE = """
import os, pathlib, signal, sys, time
mine = pathlib.Path({folder!r}) / sys.argv[-1]
def note(word):
    with mine.open("a") as file:
        file.write(word + "\\n")
parent = os.getppid()
note("began")
runs = mine.read_text().split().count("began")
"""
WAIT = """
for number in (signal.SIGTERM, signal.SIGINT):
    signal.signal(number, lambda number, _: (note(signal.Signals(number).name), sys.exit(0)))
note("ready")
while os.getppid() == parent:  # no orphan of a test that failed
    time.sleep(0.5)
"""


class Children:
    """Workers that are a few lines of Python; each writes down what happens to it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def command(self, script: str) -> list[str]:
        script = NOTE.format(folder=str(self._folder)) + script
        return [sys.executable, "-I", "-S", "-c", script]

    def notes(self, child: int = 0) -> list[str]:
        """What a child wrote in all its lives."""
        file = self._folder / str(child)
        return file.read_text().split() if file.exists() else []

    async def run(self, script: str, processes: int = 1) -> int:
        async with asyncio.timeout(LIMIT_S):
            return await Supervisor([self.command(script)] * processes).run()

    async def run_until(
        self, seen: Callable[[], bool], number: signal.Signals, script: str, processes: int = 1
    ) -> int:
        """Run, and when that is seen, send the signal to the supervisor."""
        running = asyncio.create_task(self.run(script, processes))
        async with asyncio.timeout(LIMIT_S):
            while not seen():
                assert not running.done()
                await asyncio.sleep(0.005)
        os.kill(os.getpid(), number)
        return await running


@pytest.fixture
def children(tmp_path: Path) -> Children:
    return Children(tmp_path)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No waiting before a restart."""
    monkeypatch.setattr(supervisor, "FIRST_DELAY_S", 0.001)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    "death",
    ["sys.exit(1)", "sys.exit(3)", "sys.exit(0)", "os.kill(os.getpid(), signal.SIGKILL)"],
    ids=["failed", "Kafka unavailable", "ended unasked", "killed"],
)
async def test_what_dies_is_started_again(children: Children, death: str) -> None:
    status = await children.run(f"if runs < 4: {death}\nsys.exit(2)")
    assert children.notes() == ["began"] * 4
    assert status == 2


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("status", [2, 4])
async def test_what_is_hopeless_is_not(children: Children, status: int) -> None:
    """Wrong settings (2) or a refusal (4) are no better after a restart: a person must look."""
    assert await children.run(f"sys.exit({status})") == status
    assert children.notes() == ["began"]


async def test_one_that_is_hopeless_ends_the_others_gently(children: Children) -> None:
    script = f"""
if sys.argv[-1] == "0":
    while not all((mine.parent / n).exists() and "ready" in (mine.parent / n).read_text() for n in "12"):
        time.sleep(0.005)
    sys.exit(4)
{WAIT}"""
    assert await children.run(script, processes=3) == 4
    assert children.notes(1) == children.notes(2) == ["began", "ready", "SIGTERM"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_all_workers_and_the_status_is_0(
    children: Children, number: signal.Signals
) -> None:
    def all_ready() -> bool:
        return all("ready" in children.notes(child) for child in range(3))

    assert await children.run_until(all_ready, number, WAIT, processes=3) == 0
    for child in range(3):
        assert children.notes(child) == ["began", "ready", "SIGTERM"]


async def test_a_worker_that_does_not_end_is_made_to_and_the_status_says_so(
    children: Children, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "STOP_S", 0.1)
    stuck = """
signal.signal(signal.SIGTERM, lambda *_: note("SIGTERM"))
note(f"pid{os.getpid()}")
note("ready")
while os.getppid() == parent:  # no orphan of a test that failed
    time.sleep(0.5)
"""
    assert await children.run_until(lambda: "ready" in children.notes(), signal.SIGTERM, stuck) == 1
    [pid] = [int(note[3:]) for note in children.notes() if note.startswith("pid")]
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_a_signal_while_waiting_to_restart_is_not_waited_for(
    children: Children, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(supervisor, "FIRST_DELAY_S", 3600.0)

    def waits() -> bool:
        return "restarted in 3600.0 s" in caplog.text

    assert await children.run_until(waits, signal.SIGTERM, "sys.exit(1)") == 0
    assert children.notes() == ["began"]


async def test_an_end_just_before_the_signal_is_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process is gone when it is told to end, though nobody has heard of it yet."""

    class Gone:
        pid = 0

        def __init__(self) -> None:
            self.told = asyncio.Event()

        async def wait(self) -> int:
            await self.told.wait()
            return 0

        def send_signal(self, number: int) -> None:
            self.told.set()
            raise ProcessLookupError

    stopping = asyncio.Event()
    stopping.set()
    assert await supervisor._exit_or_stop(Gone(), stopping) == 0  # type: ignore[arg-type]  # the part of a process that is used


@given(st.lists(st.floats(0, LONG_LIFE_S, exclude_max=True), min_size=1, max_size=20))
@settings(deadline=None)
def test_each_short_life_doubles_the_wait_up_to_a_limit(lives: list[float]) -> None:
    remembered, waits = FIRST_DELAY_S, []
    for lived in lives:
        wait, remembered = next_delay(remembered, lived)
        waits.append(wait)
    assert waits == [min(FIRST_DELAY_S * 2**number, MOST_DELAY_S) for number in range(len(lives))]


@given(st.floats(FIRST_DELAY_S, MOST_DELAY_S), st.floats(LONG_LIFE_S, 1e9))
@settings(deadline=None)
def test_after_a_long_life_the_wait_is_the_first_again(delay: float, lived: float) -> None:
    assert next_delay(delay, lived) == next_delay(FIRST_DELAY_S, 0)


def test_a_worker_is_this_interpreter_running_the_same_agents() -> None:
    """And told how many there are: all must count slots alike."""
    command = worker_command(["detector", "classifier"], 3)
    assert command[0] == sys.executable
    assert command[-5:] == ["worker", "--agents", "detector,classifier", "--processes", "3"]
