"""The only way to data: one object, built with a tenant, which gives that tenant's data and no other's (DESIGN 9)."""

from collections.abc import Sequence
from typing import NamedTuple

from assay.agents.stores.view_pages import PageOf, Place
from assay.agents.stores.view_reader import Shown
from assay.agents.stores.view_source import ViewSource
from assay.pipeline.core.document import Json
from assay.pipeline.views import counters, criticals, quarantined, receipts, states

PEOPLES_SIDE = frozenset(
    {
        "assigned_to",
        "resolution_notes",
        "acknowledged",
        "confirmed",
        "transitions",
        "refused",
        "rule",
    }
)
"""Members of an issue group that a tenant is not shown: who works on it, and what they wrote to each other."""


class Cut(NamedTuple):
    """Which part of a list: so many, between two times (milliseconds since 1970), behind a place."""

    most: int
    oldest: int = 0
    newest: int | None = None
    after: Place | None = None


class Repository:
    """Views of one environment. Every method raises ``ViewUnavailableError``; what is another tenant's is not there."""

    def __init__(self, views: ViewSource, tenant: str = "") -> None:
        """``tenant`` empty = all, for those who work here."""
        self.tenant = tenant
        self._groups = views.pages(states.GROUPS, tenant)
        self._tasks = views.pages(states.TASKS, tenant)
        self._contained = views.pages(quarantined.VIEW, tenant)
        self._criticals = views.pages(criticals.VIEW, tenant)
        self._counters = views.counts(counters.VIEW, tenant)
        self._rules = views.counts(receipts.VIEW, tenant)
        self._sums = {
            view: views.counts(view, tenant) for view in (states.GROUPS, states.TASKS, quarantined.VIEW)
        }

    async def groups(self, wanted: Sequence[Sequence[str]], cut: Cut) -> PageOf:
        """Issue groups, the one seen last first."""
        page = await self._groups.page(states.GROUPS, wanted, **cut._asdict())
        return page._replace(shown=[own for each in page.shown if (own := self._own(each)) is not None])

    async def group(self, fingerprint: str) -> Shown | None:
        """An issue group."""
        found = await self._groups.one(states.GROUPS, fingerprint)
        return None if found is None else self._own(found)

    async def groups_of(self, fingerprints: Sequence[str]) -> dict[str, Shown]:
        """Those of these issue groups that there are, by fingerprint."""
        found = await self._groups.several(states.GROUPS, fingerprints)
        return {each.id: own for each in found if (own := self._own(each)) is not None}

    def _own(self, group: Shown) -> Shown | None:
        """A group as this tenant may see it. A fingerprint is one tenant's: a group of several is a collision."""
        if not self.tenant:
            return group
        if _tenants(group.document) - {self.tenant}:
            return None
        shown = {name: value for name, value in group.document.items() if name not in PEOPLES_SIDE}
        return group._replace(document=shown)

    async def tasks(self, wanted: Sequence[Sequence[str]], cut: Cut) -> PageOf:
        """Manual tasks, the one that changed last first."""
        return await self._tasks.page(states.TASKS, wanted, **cut._asdict())

    async def task(self, fingerprint: str) -> Shown | None:
        """A manual task."""
        return await self._tasks.one(states.TASKS, fingerprint)

    async def contained(self, wanted: Sequence[Sequence[str]], cut: Cut) -> PageOf:
        """Contained traces, the newest first."""
        return await self._contained.page(quarantined.COLLECTION, wanted, **cut._asdict())

    async def one_contained(self, origin: str) -> Shown | None:
        """A contained trace, by the source of its first try."""
        return await self._contained.one(quarantined.COLLECTION, origin)

    async def criticals(self, most: int) -> Sequence[Shown]:
        """The newest critical issues."""
        return (await self._criticals.page(criticals.COLLECTION, most=most)).shown

    async def counts(self, buckets: Sequence[str]) -> list[dict[str, int]]:
        """Counters of what became of traces, by bucket: see ``pipeline.views.counters``."""
        return await self._counters.buckets(buckets)

    async def rule_counts(self, buckets: Sequence[str]) -> list[dict[str, int]]:
        """Counters of what rules did; a tenant has none: see ``pipeline.views.receipts``."""
        return await self._rules.buckets(buckets)

    async def sums(self, view: str) -> dict[str, int]:
        """How many documents of the views ``groups``, ``tasks`` and ``quarantine`` are in each index."""
        collection = quarantined.COLLECTION if view == quarantined.VIEW else view
        return await self._sums[view].sums(collection)


def _tenants(document: dict[str, Json]) -> set[str]:
    rows = document.get("tenants")
    named = (
        [each.get("tenant_id") for each in rows if isinstance(each, dict)] if isinstance(rows, list) else []
    )
    return {tenant for tenant in named if isinstance(tenant, str)}
