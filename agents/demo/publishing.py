"""The producer of the demo, in a thread of its own so that its progress and the worker's can be watched together."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import Self

from assay.agents.generate import PublishResult, publish
from assay.agents.settings import Settings
from assay.agents.topics import topic_name
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.generate import Generated

from .plan import DemoPlan


class Publishing:
    """Starts when entered; on leaving it stops, and what is under way is still acknowledged."""

    def __init__(self, settings: Settings, plan: DemoPlan, journal: Path) -> None:
        self._settings = settings
        self._plan = plan
        self._journal = journal
        self._stop = Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="demo-producer")
        self._result: Future[PublishResult] | None = None
        self.acked = 0
        """So far."""
        self.published: Counter[str] = Counter()
        """By the name of the load, so far."""

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
        return publish(
            self._settings,
            self._items(),
            topic=topic_name(TopicRole.RAW, self._settings.topic_prefix),
            journal=self._journal,
            rate=self._plan.rate,
            on_progress=self._note,
            stop=self._stop,
        )

    def _items(self) -> Iterator[Generated]:
        for load in self._plan.loads:
            for item in load.items:
                self.published[load.name] += 1
                yield item

    def _note(self, _sent: int, acked: int) -> None:
        self.acked = acked
