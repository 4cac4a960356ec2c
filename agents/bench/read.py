"""The reader of a latency measurement: an independent client that counts how old each valid trace is on arrival."""

import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from threading import Event
from typing import Any

from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition

from .job import Job
from .series import percentile

BATCH = 1000
POLL_S = 0.1
QUIET_S = 1.0
"""After a request to stop: nothing came for so long, so nothing is on its way."""


def work(job: Job, say: Callable[[dict[str, Any]], None]) -> None:
    """Say so when it reads; at SIGTERM read to the end, then say what it saw."""
    ages = Ages(job.warm_up_s)
    read_until_quiet(job, [job.sink], lambda message, now_ms: ages.add(message.timestamp()[1], now_ms), say)
    say(ages.figures())


def read_until_quiet(
    job: Job,
    topics: Sequence[str],
    arrived: Callable[[Any, int], None],
    say: Callable[[dict[str, Any]], None],
) -> None:
    """Give every record of these topics to ``arrived`` with the time in milliseconds; return some time after SIGTERM."""
    stop = Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    consumer = Consumer(
        {
            "bootstrap.servers": job.bootstrap_servers,
            "group.id": job.group("read"),
            "enable.auto.commit": False,
            "isolation.level": "read_committed",
        }
    )
    counts = {topic: consumer.list_topics(topic, 10).topics[topic].partitions for topic in topics}
    consumer.assign(
        [
            TopicPartition(topic, partition, OFFSET_BEGINNING)
            for topic, partitions in counts.items()
            for partition in partitions
        ]
    )
    consumer.poll(POLL_S)
    say({"ready": True})
    quiet_since = time.monotonic()
    while not stop.is_set() or time.monotonic() - quiet_since < QUIET_S:
        first = consumer.poll(POLL_S)
        if first is None:
            continue
        # What else is there already; it does not wait, as it would for a full batch with a time-out.
        messages = [first, *consumer.consume(BATCH, 0)]
        now_ms = time.time_ns() // 1_000_000
        quiet_since = time.monotonic()
        for message in messages:
            if message.error() is None:
                arrived(message, now_ms)
    consumer.close()


class Ages:
    """How often each age occurred, in milliseconds, once the warm-up is over."""

    def __init__(self, warm_up_s: float) -> None:
        self._warm_up_ms = int(warm_up_s * 1000)
        self._first_ms: int | None = None
        self._counts: Counter[int] = Counter()

    def add(self, sent_ms: int, now_ms: int) -> None:
        """A record of that time of sending has arrived."""
        if self._first_ms is None:
            self._first_ms = sent_ms
        if sent_ms >= self._first_ms + self._warm_up_ms:
            self._counts[now_ms - sent_ms] += 1

    def figures(self) -> dict[str, float]:
        """Raises ``ValueError`` when nothing arrived after the warm-up."""
        return {
            "records": self._counts.total(),
            "p50_ms": percentile(self._counts, 0.5),
            "p99_ms": percentile(self._counts, 0.99),
            "max_ms": max(self._counts),
        }
