"""Waiting for lanes that are still at work: with patience, and without moving their offsets."""

import time
from collections.abc import Callable, Mapping
from typing import Self, TypeAlias

from .facts import Place
from .reader import TopicReader

POLL_S = 0.1

Progress: TypeAlias = Callable[[str, int, int], None]
"""Stage, records read of it, and how many there are at most."""


class Patience:
    """At least one look, then one every :data:`POLL_S` until the time is over."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds
        self._looked = False

    def again(self) -> Self:
        """The same time, with another look for certain."""
        self._looked = False
        return self

    def still(self) -> bool:
        """Whether to look again; waits before it says so."""
        if not self._looked:
            self._looked = True
            return True
        time.sleep(POLL_S)
        return time.monotonic() < self._until


def is_run(reader: TopicReader, group: str, patience: Patience) -> bool:
    """Whether anybody is in the group, or joins it soon."""
    while patience.still():
        if reader.has_members(group):
            return True
    return False


def wait_until_past(
    reader: TopicReader, last: Mapping[Place, int], group: str, patience: Patience, progress: Progress
) -> None:
    """Until the group has passed the last visible record of each partition; markers behind it do not count."""
    while last and patience.still():
        committed = reader.committed(group, last)
        reached = sum(committed[place] > offset for place, offset in last.items())
        progress("waiting", reached, len(last))
        if reached == len(last):
            return
