"""Many tests at once: the more one looks for, the more one finds by chance."""

from collections.abc import Sequence


def corrected(chances: Sequence[float]) -> list[float]:
    """Holm's correction, in the order given: the chance that as small a one turns up anywhere among so many tests.

    It holds however the tests depend on each other, as a producer's version and the hour of its release do.
    """
    order = sorted(range(len(chances)), key=chances.__getitem__)
    found = [1.0] * len(chances)
    highest = 0.0
    for rank, index in enumerate(order):
        highest = max(highest, min(1.0, chances[index] * (len(chances) - rank)))
        found[index] = highest
    return found
