"""Traces that keep coming while things are hurt."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from assay.agents.generate import PublishResult, publish
from assay.agents.settings import Settings
from assay.agents.topics import topic_name
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.generate import Generated, generate

LEAST_RECORDS = 100_000
TENANTS = 8
FAULT_SHARE = 0.05


@dataclass
class Traffic(threading.Thread):
    """Publishes generated traces at a rate until it is told to stop, and never less than ``LEAST_RECORDS``."""

    settings: Settings
    journal: Path
    rate: float
    enough: threading.Event = field(default_factory=threading.Event)
    sent: int = 0
    result: PublishResult | None = None

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    __hash__ = threading.Thread.__hash__

    def run(self) -> None:
        self.result = publish(
            self.settings,
            self._items(),
            topic=topic_name(TopicRole.RAW, self.settings.topic_prefix),
            journal=self.journal,
            rate=self.rate,
        )

    def _items(self) -> Iterator[Generated]:
        for item in generate(
            seed=7, count=10_000_000, tenants=TENANTS, fault_share=FAULT_SHARE, now_ns=time.time_ns()
        ):
            if self.enough.is_set() and self.sent >= LEAST_RECORDS:
                return
            self.sent += 1
            yield item
