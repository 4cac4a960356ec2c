"""A process that stands still or grows without end is ended; one that is only slow, or was put to sleep, is not."""

import os
import signal
import subprocess
import sys
from typing import Protocol

import pytest

from assay.agents.lanes.watchdog import STATUS, Bounds

PATIENCE_S = 30
SECRET = "geheim4111"
NEVER = 100_000.0
"""Seconds: the bound that a test is not about is out of reach, however slow the machine is."""
PROGRAM = """
import asyncio, re, sys, time
from assay.agents.lanes.watchdog import Bounds, Watchdog
from assay.agents.logs import set_up_logging

def never_ends(secret):
    while True:
        pass

def never_gives_the_lock_back(secret):
    re.match(r"(a*)*b", "a" * 60)

def sleeps(secret):
    time.sleep(1000)

def grows(secret):
    held = []
    while True:
        try:
            held.append(b"x" * (1 << 22))
        except MemoryError:
            pass

def is_only_slow(secret):
    for _ in range(5):
        time.sleep(0.1)

async def work():
    await asyncio.sleep(0)
    print("begins", flush=True)
    globals()[sys.argv[1]](sys.argv[2])
    await asyncio.sleep(0.1)
    print("ends", flush=True)

set_up_logging("INFO")
loop = asyncio.new_event_loop()
Watchdog(loop, Bounds(*map(float, sys.argv[3:]), memory_bytes=200 << 20, tick_s=0.05)).start()
loop.run_until_complete(work())
loop.close()
"""


class Run(Protocol):
    def __call__(
        self, what: str, *, busy_s: float = ..., still_s: float = ...
    ) -> subprocess.CompletedProcess[str]: ...


@pytest.fixture
def run() -> Run:
    def run(what: str, *, busy_s: float = NEVER, still_s: float = NEVER) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", PROGRAM, what, SECRET, str(busy_s), str(still_s)]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE_S)

    return run


@pytest.mark.parametrize(
    ("what", "busy_s", "still_s", "said"),
    [
        ("never_ends", 0.5, NEVER, "stands still after "),
        ("sleeps", NEVER, 0.5, "stands still after 0 s of CPU, in <string>:"),
        ("grows", NEVER, NEVER, "more than 200. "),
    ],
)
def test_what_never_ends_or_grows_ends_the_process_and_says_where(
    run: Run, what: str, busy_s: float, still_s: float, said: str
) -> None:
    """Promises 4 and 6, D-16: a function's name, and nothing that it works on."""
    ended = run(what, busy_s=busy_s, still_s=still_s)
    assert (ended.returncode, ended.stdout) == (STATUS, "begins\n")
    assert said in ended.stderr
    assert what in ended.stderr or what == "grows"
    assert SECRET not in ended.stderr


def test_native_code_that_keeps_the_lock_for_itself_is_ended_by_the_kernel(run: Run) -> None:
    """No thread of Python runs any more, so no line can be written: the status tells."""
    ended = run("never_gives_the_lock_back", busy_s=0.5)
    assert (ended.returncode, ended.stdout) == (-signal.SIGPROF, "begins\n")


def test_what_is_only_slow_is_left_alone_and_so_is_a_loop_that_has_ended(run: Run) -> None:
    assert run("is_only_slow", busy_s=10.0, still_s=PATIENCE_S).returncode == 0


def test_a_process_that_was_put_to_sleep_is_not_late() -> None:
    """RELIABILITY row 3: a worker that was stopped past its session wakes, is fenced, and goes on."""
    program = PROGRAM.replace("globals()[sys.argv[1]](sys.argv[2])", "await asyncio.sleep(0.3)")
    with subprocess.Popen(
        [sys.executable, "-c", program, "-", SECRET, str(NEVER), "2"],
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"begins\n"
        process.send_signal(signal.SIGSTOP)
        os.waitpid(process.pid, os.WUNTRACED)  # it sleeps
        pause = subprocess.run([sys.executable, "-c", "import time; time.sleep(2.5)"], check=True)
        assert pause.returncode == 0
        process.send_signal(signal.SIGCONT)
        assert process.stdout.readline() == b"ends\n"
        assert process.wait(PATIENCE_S) == 0


def test_a_worker_may_take_more_than_the_probe_that_judges_for_it() -> None:
    """Else a record could outlive its probe and end the next worker, and the next."""
    from assay.agents.lanes.probe import MEMORY_BYTES, RECORD_S

    assert min(Bounds().busy_s, Bounds().still_s) >= 2 * RECORD_S
    assert Bounds().memory_bytes >= 2 * MEMORY_BYTES
