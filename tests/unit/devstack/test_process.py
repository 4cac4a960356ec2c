"""Detached processes: recognised by number and start time, stopped in order, killed when they must."""

import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from assay.agents.devstack.process import LOG_KEPT_BYTES, find, listens, spawn, stop
from assay.agents.devstack.state import ProcessId

Spawn = Callable[[str], ProcessId]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Spawn]:
    """Spawn a shell script; whatever still runs of it afterwards is killed."""
    started: list[ProcessId] = []

    def spawn_script(script: str) -> ProcessId:
        started.append(spawn(["/bin/sh", "-c", script], tmp_path / "log"))
        return started[-1]

    yield spawn_script
    for known in started:
        left = find(known)
        if left is not None:
            left.kill()
            left.wait(5)


def wait_until_gone(known: ProcessId) -> None:
    psutil.Process(known.pid).wait(10)


def test_a_process_of_ours_is_found(run: Spawn) -> None:
    known = run("exec sleep 60")
    found = find(known)
    assert found is not None
    assert found.pid == known.pid


def test_another_process_with_the_same_number_is_not_ours(run: Spawn) -> None:
    """DESIGN 11: nothing is ended that we did not start."""
    known = run("exec sleep 60")
    assert find(replace(known, created=known.created - 100)) is None


def test_a_process_that_ended_is_not_found_and_leaves_no_zombie(run: Spawn) -> None:
    known = run("exec sleep 60")
    os.kill(known.pid, signal.SIGKILL)
    os.waitid(os.P_PID, known.pid, os.WEXITED | os.WNOWAIT)  # it is a zombie now
    assert find(known) is None
    assert not psutil.pid_exists(known.pid)


def test_what_it_prints_is_in_the_log(run: Spawn, tmp_path: Path) -> None:
    for word in ("one", "two"):
        wait_until_gone(run(f"echo {word}; echo error {word} >&2"))
    assert (tmp_path / "log").read_text().split("\n") == ["one", "error one", "two", "error two", ""]


def test_a_log_that_grew_large_begins_anew(run: Spawn, tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"x" * (LOG_KEPT_BYTES + 1))
    wait_until_gone(run("echo new"))
    assert (tmp_path / "log").read_text() == "new\n"


def test_it_has_a_session_of_its_own(run: Spawn) -> None:
    """Ctrl-C at the terminal that started it does not reach it."""
    assert os.getsid(run("exec sleep 60").pid) != os.getsid(0)


@pytest.mark.parametrize("paused", [False, True], ids=["running", "paused"])
def test_stop_lets_it_end_in_order(run: Spawn, tmp_path: Path, *, paused: bool) -> None:
    """A paused process hears nothing: it must be let go on, or it would be killed in the end."""
    known = run(
        f"trap 'echo bye > {tmp_path}/bye; exit 0' TERM; touch {tmp_path}/ready; while :; do sleep 0.05; done"
    )
    while not (tmp_path / "ready").exists():
        os.sched_yield()
    found = find(known)
    assert found is not None
    if paused:
        found.send_signal(signal.SIGSTOP)
    stop(found, timeout_s=10)
    assert (tmp_path / "bye").read_text() == "bye\n"


def test_stop_kills_a_process_that_does_not_listen(run: Spawn, tmp_path: Path) -> None:
    known = run(f"trap '' TERM; touch {tmp_path}/ready; while :; do sleep 0.05; done")
    while not (tmp_path / "ready").exists():
        os.sched_yield()
    found = find(known)
    assert found is not None
    stop(found, timeout_s=0.2)
    assert not found.is_running()


def test_stop_does_not_wait_for_another_process_to_hear_of_the_end(tmp_path: Path) -> None:
    """Who started the server may live on: `assay dev down` at another terminal is done all the same."""
    script = f"sleep 60 & echo $! > {tmp_path}/pid.new; mv {tmp_path}/pid.new {tmp_path}/pid; exec tail -f /dev/null"
    parent = spawn(["/bin/sh", "-c", script], tmp_path / "log")
    try:
        while not (tmp_path / "pid").exists():
            os.sched_yield()
        while psutil.Process(parent.pid).name() != "tail":  # a shell would hear of the end
            os.sched_yield()
        child = psutil.Process(int((tmp_path / "pid").read_text()))
        stop(child, timeout_s=10)
        assert child.status() == psutil.STATUS_ZOMBIE
    finally:
        os.kill(parent.pid, signal.SIGKILL)
        wait_until_gone(parent)


def test_only_the_process_that_listens_counts_as_listening(run: Spawn) -> None:
    """A stranger on our port must not be taken for our server."""
    found = find(run("exec sleep 60"))
    assert found is not None
    assert not listens(found, 20_000)
