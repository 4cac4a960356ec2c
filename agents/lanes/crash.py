"""Named crash points: for tests that ask what a death at the worst moment leaves behind."""

import os

from assay.agents.settings import CrashPoint

STATUS = 137
"""The exit status of a process that died of SIGKILL, which this imitates."""


class CrashPoints:
    """Dies at one named point, after passing it a number of times (``ASSAY_CRASH_AT``, ``ASSAY_CRASH_AFTER``)."""

    def __init__(self, at: CrashPoint = "", after: int = 0) -> None:
        self._at = at
        self._left = after

    def reach(self, point: CrashPoint) -> None:
        """Die here if this is the point and its time has come: at once, without clean-up."""
        if point != self._at:
            return
        if self._left > 0:
            self._left -= 1
            return
        os._exit(STATUS)
