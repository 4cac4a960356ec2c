"""Whoever reads offsets outlives a Kafka that restarts: the API asks every few seconds (confluentinc/librdkafka issue 5040)."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from assay.agents import devstack
from assay.agents.devstack import Stack

from ...processes import ENDS_WITHIN_S

pytestmark = [pytest.mark.broker, pytest.mark.long]
RESTARTS = 2
ASKS = """
import signal, sys
from assay.agents.audit.facts import Place
from assay.agents.audit.reader import TopicReader
from assay.agents.settings import load_settings
from assay.pipeline.core.errors import DependencyUnavailableError

settings, left, number = load_settings(bootstrap_servers=sys.argv[1]), [True], 0
signal.signal(signal.SIGTERM, lambda *_: left.clear())
while left:
    try:
        with TopicReader(settings) as reader:
            for _ in range(6):
                number += 1
                reader.committed(f"group-{number}", [Place("t", 0)])
                print("asked", flush=True)
    except DependencyUnavailableError:
        print("away", flush=True)
"""


def test_asking_for_offsets_while_kafka_restarts_ends_no_process(private_stack: Stack) -> None:
    with asking(private_stack) as process:
        assert process.stdout is not None
        for _ in range(RESTARTS):
            heard(process, "asked")
            devstack.kill_kafka(private_stack.home)
            devstack.start_kafka(private_stack.home)
            heard(process, "away")
        heard(process, "asked")
        process.terminate()
        assert process.wait(ENDS_WITHIN_S) == 0


@contextmanager
def asking(stack: Stack) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", ASKS, stack.bootstrap_servers]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def heard(process: subprocess.Popen[str], word: str) -> None:
    """Wait until it says so."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.strip() == word:
            return
    pytest.fail(f"the process ended with status {process.wait()}")
