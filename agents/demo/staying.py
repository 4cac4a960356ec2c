"""What goes on after the report of ``assay demo --stay``: the page, and a little traffic to see on it."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from threading import Event, Thread

from assay.agents.clock import SystemClock
from assay.agents.devstack import ports
from assay.agents.generate import publish
from assay.agents.settings import Settings
from assay.agents.topics import topic_name
from assay.pipeline.core.clock import Clock
from assay.pipeline.core.errors import DependencyUnavailableError, TransientError
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.generate import Generated, generate

from .story import make_story
from .surroundings import free_ports
from .worker import environment_of

SEED = 2
"""Not that of the demo's own traces: what comes now is new."""
VERSION = "1.0.1"
"""Of the producer: with the failures of the version before, the breaker would open and contain the last of them."""
RATE = 20.0
"""Traces a second: enough to see something move."""
FAULT_SHARE, TENANTS = 0.05, 8
AT_ONCE = 200
"""Traces that are made for the same moment: older ones would be stale one day."""
LOG_NAME = "demo-serve.log"
READY_S, ANSWER_S, POLL_S = 30.0, 2.0, 0.2
STOPS_WITHIN_S = 15.0


@contextmanager
def staying(settings: Settings) -> Iterator[str]:
    """The page, at the address that this gives, and traffic; both end at the end.

    Among the first traces are new ones of the problem that takes a person. Traces may be opened on that page: they
    are made up, and it listens on loopback. Raises :class:`TransientError` when the page does not come up.
    """
    with _serving(settings) as url, _traffic(settings):
        yield url


@contextmanager
def _serving(settings: Settings) -> Iterator[str]:
    port = settings.serve_port if ports.is_free(settings.serve_port) else free_ports(settings.home, 1)
    told = {
        **environment_of(settings),
        "ASSAY_SERVE_HOST": "127.0.0.1",
        "ASSAY_SERVE_PORT": str(port),
        "ASSAY_MAY_OPEN_TRACES": "true",
    }
    log = settings.home / LOG_NAME
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "assay.agents.demo.tied", "serve"],
            env={**os.environ, **told},  # handed on unread
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            start_new_session=True,  # Ctrl-C at our terminal is not meant for it: we stop it in order
        )
    try:
        _await_ready(process, port)
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        try:
            process.wait(STOPS_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await_ready(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + READY_S
    while not _answers(port):
        if process.poll() is not None or time.monotonic() > deadline:
            raise TransientError(f"the page did not come up: see {LOG_NAME} beside the report")
        time.sleep(POLL_S)


def _answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=ANSWER_S)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


@contextmanager
def _traffic(settings: Settings) -> Iterator[None]:
    stop = Event()
    thread = Thread(target=_publish, args=(settings, stop), name="demo-traffic")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _publish(settings: Settings, stop: Event) -> None:
    topic = topic_name(TopicRole.RAW, settings.topic_prefix)
    try:
        publish(settings, traffic(SystemClock(), stop.is_set), topic=topic, rate=RATE, stop=stop)
    except DependencyUnavailableError:
        return  # Kafka is gone: the page says so


def traffic(clock: Clock, is_over: Callable[[], bool]) -> Iterator[Generated]:
    """Traces of now, some of them faulty, until it is over; those of the story that need a person first.

    Not the one for a rule: whether the rule is still trusted by then depends on what else it tried.
    """
    _, *for_a_person = make_story(SEED, clock.now_ns(), VERSION).load.items
    yield from for_a_person
    seed = SEED
    while not is_over():
        yield from generate(seed, AT_ONCE, tenants=TENANTS, fault_share=FAULT_SHARE, now_ns=clock.now_ns())
        seed += 1
