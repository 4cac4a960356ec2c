"""Summaries of minutes and hours, kept for a moment: many look at the same ones, and the past hardly changes."""

from collections.abc import Sequence

from assay.pipeline.core.clock import NANOS_PER_SECOND, Clock
from assay.pipeline.views.buckets import HOUR_S, HOURS, MINUTE_S, MINUTES
from assay.pipeline.views.summary import Summary, summary_of

from .repository import Repository

FRESH_S = 1.0
"""How long the last two buckets are believed."""
SETTLED_S = 30.0
"""How long older ones are, at the most: views may be behind, and then they still grow."""
SPREAD = 15
"""Some of them are believed a second less than others each, so that they are not all read anew at once."""
MOST_MINUTES = 180
"""A longer window is made of hours."""
MOST_KEPT = 2000


class Minutes:
    """Reads and keeps them, of all tenants and of single ones."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[tuple[str, str, str], tuple[float, Summary]] = {}

    async def window(
        self, data: Repository, minutes: int, leaving_out: str = ""
    ) -> list[tuple[int, int, Summary]]:
        """When each step of the last minutes begins (seconds since 1970), its seconds, and its summary; oldest first.

        Raises ``ViewUnavailableError``.
        """
        if minutes > MOST_MINUTES:
            return await self.hours(data, minutes * MINUTE_S // HOUR_S, leaving_out)
        return await self._steps(data, (MINUTE_S, MINUTES), minutes, leaving_out)

    async def hours(
        self, data: Repository, hours: int, leaving_out: str = ""
    ) -> list[tuple[int, int, Summary]]:
        """The same of the last hours, whole ones but for the one that runs."""
        return await self._steps(data, (HOUR_S, HOURS), hours, leaving_out)

    async def _steps(
        self, data: Repository, of: tuple[int, str], number: int, leaving_out: str
    ) -> list[tuple[int, int, Summary]]:
        now_s = self._clock.now_ns() // NANOS_PER_SECOND
        step, prefix = of
        last = now_s // step * step
        starts = range(last - (number - 1) * step, last + 1, step)
        names = [f"{prefix}{start}" for start in starts]
        found = await self._summaries(data, names, leaving_out, float(now_s))
        return [(start, step, summary) for start, summary in zip(starts, found, strict=True)]

    async def _summaries(
        self, data: Repository, names: Sequence[str], leaving_out: str, now_s: float
    ) -> list[Summary]:
        settled = {
            name: FRESH_S if at < 2 else SETTLED_S - at % SPREAD for at, name in enumerate(reversed(names))
        }
        wanted = [
            name
            for name in names
            if (kept := self._kept.get((data.tenant, leaving_out, name))) is None
            or now_s - kept[0] >= settled[name]
        ]
        if len(self._kept) > MOST_KEPT:
            self._kept.clear()
            wanted = [*names]
        for name, counts in zip(wanted, await data.counts(wanted) if wanted else [], strict=True):
            self._kept[data.tenant, leaving_out, name] = now_s, summary_of(counts, leaving_out)
        return [self._kept[data.tenant, leaving_out, name][1] for name in names]
