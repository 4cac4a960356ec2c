"""Where tests find Prometheus, Alertmanager and their tools."""

import os
import shutil

import pytest


def monitoring_tool(name: str) -> str:
    """Its path. Where there is none the test is left out, unless ``make test-config`` promised one: then it fails."""
    promised = os.environ.get("ASSAY_TEST_MONITORING")
    program = shutil.which(name, path=promised)
    if program is None:
        assert not promised, f"{name} is not in {promised}"
        pytest.skip(f"there is no {name}: make test-config brings it")
    return program
