"""The producer of the demo, in a thread of its own so that its progress and the worker's can be watched together."""

from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import astuple
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import Self

from assay.agents.generate import PublishResult, publish
from assay.agents.settings import Settings
from assay.agents.topics import topic_name
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.generate import Generated

from .pace import Pace
from .plan import Load


class Stream:
    """All loads as one, taken once, in as many pieces as one likes."""

    def __init__(self, loads: Iterable[Load]) -> None:
        self.taken: Counter[str] = Counter()
        """By the name of the load, so far."""
        self._items = self._all(loads)

    def __iter__(self) -> Iterator[Generated]:
        return self._items

    def _all(self, loads: Iterable[Load]) -> Iterator[Generated]:
        for load in loads:
            for item in load.items:
                self.taken[load.name] += 1
                yield item


class Publishing:
    """Starts when entered; on leaving it stops, and what is under way is still acknowledged."""

    def __init__(
        self, settings: Settings, items: Iterable[Generated], rate: float | Pace, journal: Path
    ) -> None:
        self._settings = settings
        self._items = items
        self._rate = rate
        self._journal = journal
        self._stop = Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="demo-producer")
        self._result: Future[PublishResult] | None = None
        self.acked = 0
        """So far."""

    def adjust(self, seconds: float, lag: int) -> None:
        """Tell a pace that follows the lag how large that is."""
        if isinstance(self._rate, Pace):
            self._rate.adjust(seconds, lag)

    def __enter__(self) -> Self:
        self._result = self._thread.submit(self._publish)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.shutdown()

    def result(self) -> PublishResult | None:
        """What came of it, or ``None`` as long as it goes on. Raises what it failed of."""
        assert self._result is not None, "enter first"
        return self._result.result() if self._result.done() else None

    def _publish(self) -> PublishResult:
        pace = self._rate if isinstance(self._rate, Pace) else None
        return publish(
            self._settings,
            self._items if pace is None else pace.keep(self._items, self._stop),
            topic=topic_name(TopicRole.RAW, self._settings.topic_prefix),
            journal=self._journal,
            rate=None if isinstance(self._rate, Pace) else self._rate,
            on_progress=self._note,
            stop=self._stop,
        )

    def _note(self, _sent: int, acked: int) -> None:
        self.acked = acked


def together(results: Iterable[PublishResult]) -> PublishResult:
    """Several as one."""
    sent, acked, unknown, refused, seconds = map(sum, zip(*map(astuple, results), strict=True))
    return PublishResult(sent, acked, unknown, refused, seconds)
