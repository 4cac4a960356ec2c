"""The worker as a child process; small programs stand for it."""

import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from time import monotonic
from typing import Protocol

import psutil
import pytest

from assay.agents.demo import worker as module
from assay.agents.demo.surroundings import free_ports
from assay.agents.demo.worker import Worker, environment_of
from assay.agents.roster import AGENTS, FAUST_AGENTS, LANES
from assay.agents.settings import Settings, load_settings
from assay.pipeline.core.errors import TransientError

READY = """
import http.server, os, signal, sys
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
class Page(http.server.BaseHTTPRequestHandler):
    asked = 0
    def do_GET(self):
        Page.asked += 1
        self.send_response(200 if self.path == "/ready" and Page.asked > 2 else 503)
        self.end_headers()
    def log_message(self, *_): pass
http.server.HTTPServer(("127.0.0.1", int(os.environ["ASSAY_WEB_PORT"])), Page).serve_forever()
"""
DEAF = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print("child", child.pid, flush=True)
time.sleep(600)
"""
ENDS_WITHIN_S = 10.0
TIED = """
import runpy, sys, time
import assay.agents.cli.main
def work():
    print("started", file=sys.stderr, flush=True)
    time.sleep(60)
sys.modules["assay.agents.cli.main"].main = work
runpy.run_module("assay.agents.demo.tied", run_name="__main__")
"""
KILLED_DEMO = """
import os, signal, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", sys.argv[1]], stderr=subprocess.PIPE)
child.stderr.readline()
print(child.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


class Time(Protocol):
    def monotonic(self) -> float: ...
    def pause(self, seconds: float) -> None: ...


class Start(Protocol):
    def __call__(self, program: str) -> Worker: ...


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(
        home=tmp_path, env="demo-x", topic_prefix="demo-x.", web_port=free_ports(tmp_path, 1)
    )


@pytest.fixture
def start(settings: Settings) -> Iterator[Start]:
    with ExitStack() as stack:

        def begin(program: str) -> Worker:
            worker = Worker(settings, 1, [sys.executable, "-c", program])
            stack.callback(worker.stop)
            return worker

        yield begin


def log_of(worker: Worker) -> str:
    """What it has written, as soon as there is something."""
    while not (text := worker.log.read_text()).endswith("\n"):
        worker.require_alive()
    return text


def test_it_is_told_where_this_run_takes_place(settings: Settings) -> None:
    told = environment_of(settings)
    assert told["ASSAY_ENV"] == "demo-x"
    assert told["ASSAY_TOPIC_PREFIX"] == "demo-x."
    assert told["ASSAY_WEB_PORT"] == str(settings.web_port)
    assert not any("SASL" in name for name in told)
    assert "ASSAY_POLICIES_DIR" not in told, "what nobody set stays as it is"
    assert (
        environment_of(settings.model_copy(update={"secrets_dir": Path("/x")}))["ASSAY_SECRETS_DIR"] == "/x"
    )


def test_every_agent_but_those_that_nobody_needs_is_run_by_one_of_the_two() -> None:
    """Issue 5, must show 1: the whole loop with all agents."""
    assert {*LANES, *module.OTHERS, *FAUST_AGENTS} == set(AGENTS)
    assert not set(LANES) & set(module.OTHERS)


def test_it_is_ready_when_its_page_says_so_and_ends_in_order(start: Start) -> None:
    worker = start(READY)
    worker.until_ready()
    assert worker.stop() == 0
    assert worker.stop() == 0, "a second time changes nothing"


def test_a_worker_that_ends_is_told_with_its_last_words(start: Start) -> None:
    worker = start("print('no such policy'); raise SystemExit(2)")
    with pytest.raises(TransientError, match=r"ended with status 2(.|\n)*no such policy"):
        worker.until_ready()


def test_a_worker_that_never_gets_ready_is_given_up(start: Start, time: Time) -> None:
    worker = start("import time; print('busy', flush=True); time.sleep(600)")
    log_of(worker)
    with pytest.raises(TransientError, match=r"not ready after 60 s(.|\n)*busy"):
        worker.until_ready(monotonic=time.monotonic, pause=time.pause)


def test_only_the_end_of_a_long_log_is_shown(start: Start) -> None:
    worker = start("print(*range(100), sep='\\n', flush=True); raise SystemExit(1)")
    with pytest.raises(TransientError) as caught:
        worker.until_ready()
    shown = str(caught.value).splitlines()
    assert shown[-1] == "99"
    assert len(shown) == 1 + module.TAIL_LINES


def test_one_that_does_not_hear_is_killed_with_its_children(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STOPS_WITHIN_S", 0.2)
    worker = start(DEAF)
    child = psutil.Process(int(log_of(worker).split()[1]))
    assert [pid for pid, _ in worker.cpu_times()] == [child.pid], "its CPU is that of its children"
    assert worker.stop() == -signal.SIGKILL
    child.wait(10)
    assert worker.cpu_times() == {}


def test_it_dies_with_the_demo_that_was_killed_outright() -> None:
    """A demo that cannot clean up leaves no worker (DESIGN 11: nothing is left running by accident)."""
    reading, writing = os.pipe()
    demo = os.posix_spawn(
        sys.executable,
        [sys.executable, "-c", KILLED_DEMO, TIED],
        os.environ,
        file_actions=[(os.POSIX_SPAWN_DUP2, writing, 1)],
    )
    os.close(writing)
    with os.fdopen(reading) as pipe:
        pid = int(pipe.readline())
    os.waitpid(demo, 0)
    deadline = monotonic() + ENDS_WITHIN_S
    while runs(pid):
        assert monotonic() < deadline, "it outlives the demo"


def runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_page_that_hangs_up_is_not_ready() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert not module._is_ready(port)
