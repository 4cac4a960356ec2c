"""Prometheus's and Alertmanager's own tools."""

import subprocess
from collections.abc import Callable

import pytest

from ...monitoring_tools import monitoring_tool

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def tool() -> Run:
    """Run ``promtool`` or ``amtool``."""

    def run(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [monitoring_tool(name), *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    return run
