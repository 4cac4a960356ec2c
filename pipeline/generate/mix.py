"""Which faults, in which shares: the words of ``--fault-mix``."""

import math
import random
from bisect import bisect_right
from collections.abc import Mapping
from itertools import accumulate

from ..core.codes import IssueCode
from ..core.errors import ConfigError, Problem
from .faults import FAULTS


class Drawing:
    """Draws codes by their weights. Raises ``ValueError`` for no codes, or a weight that is not above 0."""

    def __init__(self, weights: Mapping[IssueCode, float]) -> None:
        if not weights or min(weights.values()) <= 0:
            raise ValueError("a fault mix has codes, with weights above 0")
        self._codes = tuple(weights)
        self._sums = tuple(accumulate(weights.values()))

    def draw(self, rng: random.Random) -> IssueCode:
        """One code."""
        # The product can round up to the last sum itself.
        place = bisect_right(self._sums, rng.random() * self._sums[-1])
        return self._codes[min(place, len(self._codes) - 1)]


def parse_mix(text: str) -> Mapping[IssueCode, float]:
    """``code=weight,code=weight``; a code alone weighs 1, codes that are not named do not occur.

    Raises :class:`ConfigError` with all that is wrong: codes that the generator cannot cause, codes named
    twice, weights that are not numbers above 0.
    """
    mix: dict[IssueCode, float] = {}
    problems: list[Problem] = []
    for part in text.split(","):
        name, _, weight_text = (word.strip() for word in part.partition("="))
        code = next((code for code in FAULTS if code.value == name), None)
        weight = _weight(weight_text or "1")
        if code is None:
            problems.append(
                Problem(f"fault mix {name!r}", "no such fault", f"Use some of: {', '.join(sorted(FAULTS))}")
            )
        elif code in mix:
            problems.append(Problem(f"fault mix {name!r}", "named twice", "Name each fault once"))
        elif weight is None:
            problems.append(
                Problem(
                    f"fault mix {name!r}", f"weight {weight_text!r} is not a number above 0", "Say code=3"
                )
            )
        else:
            mix[code] = weight
    if problems:
        raise ConfigError(problems)
    return mix


def _weight(text: str) -> float | None:
    try:
        weight = float(text)
    except ValueError:
        return None
    return weight if math.isfinite(weight) and weight > 0 else None
