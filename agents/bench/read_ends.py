"""The reader of the loop's latency measurement: how old each trace is when its outcome arrives, by the way that it went."""

from collections.abc import Callable
from typing import Any

import orjson

from assay.pipeline.core.topics import TopicRole

from .job import Job
from .read import Ages, read_until_quiet

UNITS = {
    f"{way}_{figure}": "ms" for way in ("passing", "failing") for figure in ("p50_ms", "p99_ms", "max_ms")
} | {"load_per_second": "records/s"}
"""``passing``: through the detector; ``failing``: through all three lanes, however the trace ended."""


def work(job: Job, say: Callable[[dict[str, Any]], None]) -> None:
    """Say so when it reads; at SIGTERM read to the end, then say what it saw."""
    passing, failing = Ages(job.warm_up_s), Ages(job.warm_up_s)
    roles = {topic: role for role, topic in job.ends.items()}

    def arrived(message: Any, now_ms: int) -> None:
        role = roles[message.topic()]
        ages = passing if role is TopicRole.VALID else failing
        ages.add(_sent_ms(role, message), now_ms)

    read_until_quiet(job, [*roles], arrived, say)
    say(
        {
            f"{way}_{name}": value
            for way, ages in (("passing", passing), ("failing", failing))
            for name, value in ages.figures().items()
        }
    )


def _sent_ms(role: TopicRole, message: Any) -> int:
    """When the raw record was sent: what passes carries its time, an envelope names it."""
    if role in {TopicRole.VALID, TopicRole.REMEDIATED}:
        return int(message.timestamp()[1])
    return int(orjson.loads(message.value())["source"]["timestamp"])
