"""Views in memory and a Redis of few words: for tests of what stands on the API's repository."""

from collections import defaultdict
from collections.abc import Sequence

import orjson

from assay.agents.stores.view_pages import PageOf, Place
from assay.agents.stores.view_reader import Shown, counts_of, sums_of
from assay.pipeline.views import Image, Put


class MemoryPages:
    """``ViewPages`` on an image: said once more in few words, to hold the script against it."""

    def __init__(self, image: Image, tenant: str = "") -> None:
        self.image = image
        self._own = [[f"tenant={tenant}"]] if tenant else []

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
        """See ``ViewPages``."""
        found = [
            put
            for put in self._sorted(collection)
            if all(set(any_) & set(put.indexes) for any_ in [*self._own, *wanted])
            and oldest <= put.score <= (put.score if newest is None else newest)
            and (after is None or (put.score, put.id.encode()) < (after.score, after.id.encode()))
        ]
        page = found[:most]
        more = Place(page[-1].score, page[-1].id) if len(found) > most else None
        return PageOf([_shown(put) for put in page], more)

    async def one(self, collection: str, name: str) -> Shown | None:
        """See ``ViewPages``."""
        put = self.image.documents.get(collection, {}).get(name)
        if put is None or not all(set(any_) & set(put.indexes) for any_ in self._own):
            return None
        return _shown(put)

    async def several(self, collection: str, names: Sequence[str]) -> list[Shown]:
        """See ``ViewPages``."""
        return [shown for name in names if (shown := await self.one(collection, name)) is not None]

    def _sorted(self, collection: str) -> list[Put]:
        documents = self.image.documents.get(collection, {}).values()
        return sorted(documents, key=lambda put: (put.score, put.id.encode()), reverse=True)


def _shown(put: Put) -> Shown:
    return Shown(put.id, put.score, orjson.loads(put.value))


class MemoryCounts:
    """``ViewReader``'s counters and sums on an image."""

    def __init__(self, image: Image, tenant: str = "") -> None:
        self._image = image
        self._tenant = tenant

    async def buckets(self, names: Sequence[str]) -> list[dict[str, int]]:
        """See ``ViewReader``."""
        return [counts_of(self._tenant, dict(self._image.counters.get(name, {}))) for name in names]

    async def sums(self, collection: str) -> dict[str, int]:
        """See ``ViewReader``."""
        return sums_of(self._tenant, self._image.sums(collection))


class MemoryViews:
    """A ``ViewSource`` on images."""

    def __init__(self) -> None:
        self.images: dict[str, Image] = defaultdict(Image)
        """By view."""

    def pages(self, view: str, tenant: str) -> MemoryPages:
        """See ``ViewSource``."""
        return MemoryPages(self.images[view], tenant)

    def counts(self, view: str, tenant: str) -> MemoryCounts:
        """See ``ViewSource``."""
        return MemoryCounts(self.images[view], tenant)


class MemoryRedis:
    """The few words of Redis that the API says by itself."""

    def __init__(self) -> None:
        self.held: dict[str, str] = {}

    async def set(self, name: str, value: str, *, nx: bool = False, ex: int | None = None) -> bool | None:
        """SET; ``ex`` is kept nowhere."""
        assert ex is None or ex > 0
        if nx and name in self.held:
            return None
        self.held[name] = value
        return True

    async def get(self, name: str) -> str | None:
        """GET."""
        return self.held.get(name)

    async def delete(self, name: str) -> int:
        """DEL."""
        return int(self.held.pop(name, None) is not None)

    async def ping(self) -> bool:
        """PING."""
        return True

    async def aclose(self) -> None:
        """Nothing to close."""
