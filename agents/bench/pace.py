"""The producer of a latency measurement: a fixed schedule, and every record carries the moment of its call."""

import time
from collections.abc import Callable
from itertools import cycle
from typing import Any

from confluent_kafka import Producer

from assay.agents.topics import RAW_MAX_BYTES

from .job import Job
from .load import bench_load

POOL = 2000
"""Different records; they come again and again."""
TICK_S = 0.001


def work(job: Job, say: Callable[[dict[str, Any]], None]) -> None:
    """Produce for the job's seconds at its rate; say which rate it was in truth."""
    producer = Producer(
        {
            "bootstrap.servers": job.bootstrap_servers,
            "linger.ms": 5,
            "enable.idempotence": True,
            "message.max.bytes": RAW_MAX_BYTES,
            "queue.buffering.max.messages": 1_000_000,
        }
    )
    pool = cycle(list(bench_load(POOL)))
    producer.list_topics(job.source, timeout=10)
    began = time.perf_counter()
    sent = 0
    while (elapsed := time.perf_counter() - began) < job.seconds:
        for _ in range(int(elapsed * job.rate) - sent):
            item = next(pool)
            producer.produce(
                job.source,
                key=item.key,
                value=item.value,
                headers=list(item.headers),
                timestamp=time.time_ns() // 1_000_000,
            )
            sent += 1
        producer.poll(TICK_S)
    seconds = time.perf_counter() - began
    producer.flush()
    say({"per_second": sent / seconds})
