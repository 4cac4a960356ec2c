"""How long problems lasted, as a few numbers (S0-189, D-05)."""

import math
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from .resolution import resolutions

BOUNDS_S = (300, 900, 3600, 14_400, 86_400)
"""Upper bounds of the buckets, inclusive; one more bucket holds what took longer. From minutes to a day, as events last."""


class ResolutionTimes(NamedTuple):
    """Of resolved episodes; seconds. Quantiles are those of an episode that there was: ``None`` without any."""

    resolved: int
    median_s: float | None
    most_s: float | None
    """95 of 100 were resolved sooner, or as soon."""
    buckets: tuple[int, ...]
    """By ``BOUNDS_S``, and those above; not cumulative."""


def resolution_times(groups: Iterable[dict[str, Any]]) -> ResolutionTimes:
    """Of all resolutions that documents of groups remember; one without ``transitions`` (shortened) counts as none."""
    times = sorted(
        each.seconds
        for group in groups
        if "transitions" in group
        for each in resolutions(group, lambda _cause: True)
    )
    buckets = [0] * (len(BOUNDS_S) + 1)
    for seconds in times:
        buckets[sum(seconds > bound for bound in BOUNDS_S)] += 1
    return ResolutionTimes(len(times), _quantile(times, 0.5), _quantile(times, 0.95), tuple(buckets))


def _quantile(times: Sequence[float], share: float) -> float | None:
    return times[math.ceil(share * len(times)) - 1] if times else None
