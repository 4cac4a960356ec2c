"""A worker process with its web pages, and the command line as a person runs it."""

import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from confluent_kafka import Producer

from assay.agents.devstack import ports
from assay.agents.settings import Settings
from assay.agents.topics import topic_name
from assay.pipeline.core.topics import TopicRole

from ...processes import ASSAY, Processes

LIMIT_S = 60
POLL_S = 0.02


def until(condition: Callable[[], object], what: str) -> None:
    """Wait for it. The limit is for tests that hang."""
    deadline = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(POLL_S)


@dataclass(frozen=True)
class Pages:
    """What a worker serves on a port."""

    port: int

    def get(self, path: str) -> tuple[int, str]:
        """Status and body; status 0 when nobody listens."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, ""
        except OSError:
            return 0, ""

    def until_ready(self) -> set[int]:
        """Wait until the worker has its share; every status that ``/ready`` had on the way."""
        seen: set[int] = set()

        def ready() -> bool:
            seen.add(self.get("/ready")[0])
            return 200 in seen

        until(ready, "the worker never became ready")
        return seen

    def until_counted(self, sample: str) -> str:
        """Wait until ``/metrics`` has that line; all of it."""
        until(lambda: f"\n{sample}\n" in self.get("/metrics")[1], f"never counted: {sample}")
        return self.get("/metrics")[1]


@pytest.fixture
def pages(settings_for_test: Settings) -> Pages:
    """A free port, and the next two: for a second process, and for that of the low-rate agents."""
    taken: set[int] = set()
    while True:
        port = ports.choose(settings_for_test.home, taken=taken)
        if all(ports.is_free(port + more) for more in (1, 2)):
            return Pages(port)
        taken.add(port)


class Commands(Processes):
    """``assay …`` as a process of its own."""

    def start(self, *arguments: str, **extra: object) -> subprocess.Popen[bytes]:
        """Run it; ``extra``: settings of its own, by name."""
        return self.launch([*ASSAY, *arguments], **extra)


@pytest.fixture
def commands(settings_for_test: Settings, tmp_path: Path) -> Iterator[Commands]:
    commands = Commands(settings_for_test, tmp_path / "commands.log")
    yield commands
    commands.end()


@pytest.fixture
def publish(settings_for_test: Settings) -> Callable[..., None]:
    """Put values on ``traces.raw``."""

    def put(*values: bytes, key: bytes = b"k") -> None:
        producer = Producer({"bootstrap.servers": settings_for_test.bootstrap_servers})
        topic = topic_name(TopicRole.RAW, settings_for_test.topic_prefix)
        for value in values:
            producer.produce(topic, value, key)
        assert producer.flush(30) == 0

    return put
