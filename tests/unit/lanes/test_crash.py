"""Crash points: death at a named moment, as sudden as SIGKILL (RELIABILITY, row 2)."""

import subprocess
import sys
from typing import get_args

import pytest

from assay.agents.lanes.crash import STATUS, CrashPoints
from assay.agents.settings import CrashPoint, Settings

SCRIPT = """
import atexit, sys
from assay.agents.lanes.crash import CrashPoints
atexit.register(print, "cleaned up")
points = CrashPoints("after_send", 2)
try:
    for number in range(10):
        print(number, flush=True)
        points.reach("after_begin")
        points.reach("after_send")
finally:
    print("unwound")
"""


def test_it_dies_at_its_point_when_its_time_has_come_and_cleans_nothing_up() -> None:
    died = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False)
    assert died.returncode == STATUS == 137
    assert died.stdout.split() == ["0", "1", "2"]


@pytest.mark.parametrize("point", [point for point in get_args(CrashPoint) if point])
def test_without_the_setting_nothing_dies(point: CrashPoint) -> None:
    CrashPoints().reach(point)


def test_the_default_of_the_setting_is_no_point() -> None:
    assert Settings.model_fields["crash_at"].default == ""
