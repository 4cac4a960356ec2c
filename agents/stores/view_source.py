"""All views of an environment, for those who read them as a tenant or as everybody."""

from collections.abc import Sequence
from typing import Any, Protocol

from assay.agents.settings import Settings

from .view_keys import view_keys
from .view_pages import PageOf, Place, ViewPages
from .view_reader import Shown, ViewReader


class Pages(Protocol):
    """Documents of a view: see ``ViewPages``."""

    async def page(
        self,
        collection: str,
        wanted: Sequence[Sequence[str]] = (),
        *,
        most: int,
        oldest: int = 0,
        newest: int | None = None,
        after: Place | None = None,
    ) -> PageOf:
        """A page of them."""
        ...

    async def one(self, collection: str, name: str) -> Shown | None:
        """One of them."""
        ...

    async def several(self, collection: str, names: Sequence[str]) -> list[Shown]:
        """Some of them, in any order."""
        ...


class Counts(Protocol):
    """Numbers of a view: see ``ViewReader``."""

    async def buckets(self, names: Sequence[str]) -> list[dict[str, int]]:
        """Counters."""
        ...

    async def sums(self, collection: str) -> dict[str, int]:
        """How many documents are in each index."""
        ...


class ViewSource(Protocol):
    """Gives readers that are built with a tenant, empty for all: what is another's is not there for them."""

    def pages(self, view: str, tenant: str) -> Pages:
        """Documents of a view."""
        ...

    def counts(self, view: str, tenant: str) -> Counts:
        """Numbers of a view."""
        ...


class RedisViewSource:
    """A :class:`ViewSource` on Redis."""

    def __init__(self, settings: Settings, client: Any) -> None:
        """``client``: of ``view_client``, shared and closed by who made it."""
        self._settings = settings
        self._client = client

    def pages(self, view: str, tenant: str) -> Pages:
        """See :class:`ViewSource`."""
        return ViewPages(self._client, view_keys(self._settings, view), tenant)

    def counts(self, view: str, tenant: str) -> Counts:
        """See :class:`ViewSource`."""
        keys = view_keys(self._settings, view)
        return ViewReader(self._settings.redis_url, keys, tenant, client=self._client)
