"""A killed supervisor leaves no orphans."""

import signal
import subprocess
import sys

import pytest

LIMIT_S = 20
CHILD = f"""
import signal, sys, time
from assay.agents.process import die_with_parent
def end(*_):
    print("SIGTERM", flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
die_with_parent()
print("ready", flush=True)
time.sleep({LIMIT_S})
print("lived on", flush=True)
"""
PARENT = f"""
import subprocess, sys
subprocess.Popen([sys.executable, "-c", {CHILD!r}]).wait()
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_child_is_told_to_end_when_its_parent_dies(number: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "ready\n"
        parent.send_signal(number)
        # The pipe is the child's too: it is closed when both are gone.
        assert parent.stdout.read() == "SIGTERM\n"
    assert parent.returncode == -number
