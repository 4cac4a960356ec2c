"""A demo on data full of personal data shows nothing of it, and leaves nothing of it but in Kafka's own files (promise 4)."""

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from assay.agents import devstack
from assay.agents.devstack import Service, Stack

from ...processes import ASSAY
from .places import files
from .planting import plant_all
from .stems import all_hits

pytestmark = pytest.mark.faults

TRACES = 2_000
PATIENCE_S = 280


@pytest.fixture
def home(stack: Stack, tmp_path: Path) -> Iterator[Path]:
    """An empty home, but for Kafka's jars, which the shared stack has fetched already."""
    home = tmp_path / "home"
    home.mkdir()
    for jars in stack.home.resolve().glob("kafka-*"):
        (home / jars.name).symlink_to(jars)
    yield home
    devstack.down(home)


def lines(folder: Path) -> Path:
    """What is planted in documents, a line each."""
    path = folder / "people.jsonl"
    values = (item.value or b"" for item in plant_all(7, TRACES, time.time_ns()))
    path.write_bytes(b"\n".join(value for value in values if value.startswith(b"{") and value.isascii()))
    return path


@pytest.mark.parametrize("way", [["--json"], []], ids=["json", "text"])
def test_a_demo_shows_nothing_of_the_data_that_it_runs_on(home: Path, tmp_path: Path, way: list[str]) -> None:
    """S0-9, S0-89."""
    data = lines(tmp_path)
    command = [*ASSAY, "demo", "--traces", "500", "--data", f"{data}:workflow_trace", *way]
    demo = subprocess.run(
        command,
        env=os.environ | {"ASSAY_HOME": str(home)},
        capture_output=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert demo.returncode == 0, demo.stderr[-2000:]
    kafka = str(home / "dev" / Service.KAFKA)
    left = [(place, found) for place, found in files(home) if not found.startswith(kafka.encode())]
    assert all_hits([("output", demo.stdout), ("messages", demo.stderr), *left]) == []
    assert all_hits([("data", data.read_bytes())]), "nothing was planted"
