"""From the call of a producer to the hands of a ``read_committed`` reader, at a given load."""

from collections.abc import Mapping, Sequence

from .children import Child
from .series import Series
from .site import Site

LATENCY_PARTITIONS = (8, 48)
SECONDS = 20.0
WARM_UP_S = 5.0
"""Left out: joining, first fetches, cold code."""
UNITS = {"p50_ms": "ms", "p99_ms": "ms", "max_ms": "ms", "load_per_second": "records/s"}


def measure_latency(site: Site, partitions: int, number: int, rate: float) -> Mapping[str, float]:
    """Figures of one run with one worker process, by the names in ``UNITS``."""
    part = f"latency.{partitions}.{number}"
    job = site.job(
        f"{number}-{partitions}",
        reads=part,
        writes=part,
        partitions=partitions,
        rate=rate,
        seconds=SECONDS,
        warm_up_s=WARM_UP_S,
    )
    with (
        site.topics([part], partitions),
        Child("serve", job, site.logs) as worker,
        Child("read", job, site.logs) as reader,
    ):
        for ready in (worker, reader):
            ready.answer()
        with Child("pace", job, site.logs) as producer:
            paced = producer.answer()
            producer.wait()
        reader.ask_to_stop()
        measured = reader.answer()
        reader.wait()
        worker.ask_to_stop()
        worker.wait()
    return {**measured, "load_per_second": paced["per_second"]}


def latency_series(found: Mapping[int, Sequence[Mapping[str, float]]]) -> dict[str, Series]:
    """``latency_<partitions>_<name>`` for every figure."""
    return {
        f"latency_{partitions}_{name}": Series(unit, tuple(run[name] for run in runs))
        for partitions, runs in found.items()
        for name, unit in UNITS.items()
    }
