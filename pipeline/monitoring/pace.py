"""How often Prometheus looks, and what follows from it for the windows of rules."""

from dataclasses import dataclass

MINUTE_S = 60
HOUR_S = 60 * MINUTE_S
DAY_S = 24 * HOUR_S
CRITICAL_WAIT_S = 10
"""How long Alertmanager waits for more of the same before it tells of a critical alert (S4-76)."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between two scrapes; rules are evaluated as often (S4-61, S4-62)."""

    scrape_s: int = 30

    @property
    def news_s(self) -> int:
        """In which window a counter's rise is news: four scrapes, so that two may be lost and two are left (D-04).

        And long enough for people to hear of it: Alertmanager says nothing of what is over before it has waited.
        """
        return max(4 * self.scrape_s, 3 * CRITICAL_WAIT_S)

    @property
    def known_s(self) -> int:
        """How far back a series is looked for before it counts as new: a scrape that fails now and then makes none new."""
        return 5 * self.news_s

    @property
    def settle_s(self) -> int:
        """How long a restart may take before a gauge that is gone means that what it told of is gone, too."""
        return 2 * self.scrape_s


def duration(seconds: int) -> str:
    """As Prometheus writes it, in the largest unit that fits. Raises ``ValueError`` below a second."""
    if seconds < 1:
        raise ValueError("a duration is at least a second")
    for unit, size in (("d", DAY_S), ("h", HOUR_S), ("m", MINUTE_S)):
        if seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
