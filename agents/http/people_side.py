"""What the overview says of people's work: what waits for them, how soon problems are resolved, which criticals are open."""

from collections.abc import Awaitable, Callable
from functools import partial
from itertools import islice
from typing import Any, Final

from assay.pipeline.core.clock import Clock
from assay.pipeline.issues import OPEN
from assay.pipeline.issues.resolution_times import BOUNDS_S, ResolutionTimes, resolution_times
from assay.pipeline.views import quarantined, states

from .fresh import Fresh
from .repository import Cut, Repository

FRESH_S: Final = 2.0
"""How long an answer is believed: many look at the same one."""
SLOW_S: Final = 20.0
"""The same for what is made of many documents."""
MOST_CRITICALS: Final = 50
LOOKED_AT: Final = 200
"""Of the newest criticals and of the resolved problems, for the overview: all of them would be too many to read."""

NOTHING: Final = {"contained": None, "open_tasks": None, "resolution": None}
"""What is said of people's work while views are away."""


class PeopleSide:
    """Reads, and keeps what it read for a moment, by tenant. Every method raises ``ViewUnavailableError``."""

    def __init__(self, clock: Clock) -> None:
        self._fresh = Fresh(clock)

    async def criticals(self, data: Repository) -> list[dict[str, Any]]:
        """The newest critical issues of problems that are open, each with its problem's ``status`` (S0-191).

        A problem that is not in its view yet has the status ``detected``: that is what it begins with.
        """
        found: list[dict[str, Any]] = await self._kept("criticals", data, FRESH_S, self._criticals)
        return found

    async def standing(self, data: Repository) -> dict[str, Any]:
        """What is contained; and for those who work here, open tasks and times of resolution (S0-189)."""
        found: dict[str, Any] = await self._kept("standing", data, FRESH_S, self._standing)
        if data.tenant:
            return found | {"resolution": None}
        return found | {"resolution": await self._kept("resolution", data, SLOW_S, self._resolution)}

    async def _kept(
        self, name: str, data: Repository, fresh_s: float, read: Callable[[Repository], Awaitable[Any]]
    ) -> Any:
        return await self._fresh.of((name, data.tenant), fresh_s, partial(read, data))

    async def _criticals(self, data: Repository) -> list[dict[str, Any]]:
        newest = [
            (str(each.document.get("fingerprint")), each.document) for each in await data.criticals(LOOKED_AT)
        ]
        groups = await data.groups_of(list({fingerprint for fingerprint, _ in newest}))
        statuses = {fingerprint: str(group.document.get("status")) for fingerprint, group in groups.items()}
        stated = ((document, statuses.get(fingerprint, "detected")) for fingerprint, document in newest)
        chosen = (document | {"status": status} for document, status in stated if status in OPEN)
        return [*islice(chosen, MOST_CRITICALS)]

    async def _standing(self, data: Repository) -> dict[str, Any]:
        sums = await data.sums(quarantined.VIEW)
        contained = {
            "traces": sum(number for name, number in sums.items() if name.startswith("records=")),
            "bytes": sum(number for name, number in sums.items() if name.startswith("bytes=")),
        }
        if data.tenant:
            return {"contained": contained, "open_tasks": None}
        tasks = (await data.sums(states.TASKS)).get("open=true", 0)
        return {"contained": contained, "open_tasks": tasks}

    async def _resolution(self, data: Repository) -> dict[str, Any]:
        page = await data.groups([["status=resolved"]], Cut(LOOKED_AT))
        return _document(resolution_times(each.document for each in page.shown))


def _document(times: ResolutionTimes) -> dict[str, Any]:
    bounds = (*BOUNDS_S, None)
    return {
        "resolved": times.resolved,
        "p50_s": times.median_s,
        "p95_s": times.most_s,
        "buckets": [
            {"le_s": bound, "count": count} for bound, count in zip(bounds, times.buckets, strict=True)
        ],
    }
