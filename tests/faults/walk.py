"""One agent that dies at each of its crash points in turn, in a process of its own."""

import subprocess
from collections import deque
from collections.abc import Mapping, Sequence
from typing import get_args

from assay.agents.roster import KEYED_LANES, LANES, VIEWS
from assay.agents.settings import CrashPoint

from .campaign import CRASHED, Campaign

TRANSACTION = tuple(point for point in get_args(CrashPoint) if point)
VIEW: tuple[CrashPoint, ...] = ("after_begin", "after_redis", "in_rebalance")
"""A view's run and its position are one script call: before it, behind it, and when partitions change hands."""
POINTS: Mapping[str, Sequence[CrashPoint]] = {
    **dict.fromkeys((*LANES, *KEYED_LANES), TRANSACTION),
    **dict.fromkeys(VIEWS, VIEW),
}
PASSES: Mapping[str, int] = {"detector": 30, "classifier": 15, "auto_remediation": 10}
"""How often a point is passed before the death, so that work is done in between; most agents have less to do."""
FEW_PASSES = 5


class Walk:
    """From death to death; then a process that lives."""

    def __init__(self, campaign: Campaign, agent: str, points: Sequence[CrashPoint]) -> None:
        self._campaign = campaign
        self._agent = agent
        self._left = deque(points)
        self._process: subprocess.Popen[bytes] | None = None
        self.deaths = 0

    def is_over(self) -> bool:
        """Whether it has died at every point; starts the next process when one has."""
        if self._process is not None:
            status = self._process.poll()
            if status is None:
                return False
            assert status == CRASHED, (
                f"{self._agent} ended with {status} before {self._left or 'its last point'}"
            )
            self.deaths += 1
            self._process = None
        if not self._left:
            if not self._campaign.alive(self._agent):
                self._campaign.spawn(self._agent)
            return True
        point = self._left.popleft()
        after = 0 if point == "in_rebalance" else PASSES.get(self._agent, FEW_PASSES)
        self._process = self._campaign.spawn(self._agent, crash_at=point, crash_after=after)
        return False

    def end(self) -> None:
        """Make way for processes of several agents."""
        for process in self._campaign.alive(self._agent):
            process.terminate()
