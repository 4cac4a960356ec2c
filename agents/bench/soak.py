"""Whether a worker's memory stays where it is under a steady load."""

from statistics import mean
from threading import Event, Thread

import psutil

from .children import Child
from .series import Series
from .site import Site

SAMPLE_S = 1.0
PARTITIONS = 8


def measure_soak(site: Site, rate: float, seconds: float, checks: str) -> dict[str, Series]:
    """``soak_rss_mb`` and ``soak_growth_mb``: from the mean of the second quarter to that of the last, in MiB."""
    job = site.job(
        "soak", reads="soak", writes="soak", partitions=PARTITIONS, rate=rate, seconds=seconds, checks=checks
    )
    with site.topics(["soak"], PARTITIONS), Child("serve", job, site.logs) as worker:
        worker.answer()
        with Child("pace", job, site.logs) as producer:
            samples = _sampled(worker.pid, producer)
            producer.wait()
        worker.ask_to_stop()
        worker.wait()
    quarter = len(samples) // 4
    growth = mean(samples[-quarter:]) - mean(samples[quarter : 2 * quarter])
    return {
        "soak_rss_mb": Series("MiB", (max(samples),)),
        "soak_growth_mb": Series("MiB", (growth,)),
        "soak_seconds": Series("s", (seconds,)),
    }


def _sampled(pid: int, producer: Child) -> list[float]:
    """The resident memory of a process in MiB, once a second until the producer has its answer."""
    samples: list[float] = []
    ended = Event()
    process = psutil.Process(pid)

    def sample() -> None:
        while not ended.wait(SAMPLE_S):
            samples.append(process.memory_info().rss / 2**20)

    sampler = Thread(target=sample, daemon=True)
    sampler.start()
    try:
        producer.answer()
    finally:
        ended.set()
        sampler.join()
    return samples
