"""A sample of a log: offsets that stand evenly, but not regularly, over several ranges."""

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

_GOLDEN = (sqrt(5) - 1) / 2
"""Its multiples fall evenly between 0 and 1 and never repeat: a sample with them keeps step with no producer."""


class Range(NamedTuple):
    """Offsets ``[start, end)`` of a partition."""

    topic: str
    partition: int
    start: int
    end: int


def spread(ranges: Sequence[Range], most: int) -> dict[tuple[str, int], list[int]]:
    """At most so many offsets by topic and partition, ascending, each offset as likely as any other; all if there are so few.

    The ranges are laid end to end and cut into equal pieces; each piece gives one offset. Offsets may have no record.
    """
    total = sum(max(0, each.end - each.start) for each in ranges)
    pieces = min(most, total)
    chosen: dict[tuple[str, int], list[int]] = {}
    if pieces <= 0:
        return chosen
    before, left = 0, iter([each for each in ranges if each.start < each.end])
    here = next(left)
    for piece in range(pieces):
        low, high = piece * total // pieces, (piece + 1) * total // pieces
        at = low + int((high - low) * (piece * _GOLDEN % 1.0))
        while at - before >= here.end - here.start:
            before += here.end - here.start
            here = next(left)
        chosen.setdefault((here.topic, here.partition), []).append(here.start + at - before)
    return chosen
