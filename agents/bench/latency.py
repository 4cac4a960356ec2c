"""From the call of a producer to the hands of a ``read_committed`` reader, at a given load."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assay.agents.devstack import Report

from .children import Child
from .series import Series
from .site import Site

SECONDS = 20.0
WARM_UP_S = 5.0
"""Left out: joining, first fetches, cold code."""
MOST_ROUNDS = 3
UNITS = {"p50_ms": "ms", "p99_ms": "ms", "max_ms": "ms", "load_per_second": "records/s"}


def measure_latency(
    site: Site, partitions: int, number: int, rate: float, checks: str
) -> Mapping[str, float]:
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
        checks=checks,
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


@dataclass(frozen=True, slots=True)
class Paced:
    """Which latencies to measure."""

    rates: Mapping[int, float]
    """Records a second, by number of partitions: one figure each, in turn."""
    rounds: int
    checks: str
    """See :class:`.job.Job`."""


def measure_latencies(site: Site, paced: Paced, report: Report) -> dict[str, Series]:
    """Figures for each number of partitions; blocks for half a minute each."""
    rounds = min(paced.rounds, MOST_ROUNDS)
    found: dict[int, list[Mapping[str, float]]] = {partitions: [] for partitions in paced.rates}
    for number in range(1, rounds + 1):
        for partitions, measured in found.items():
            rate = paced.rates[partitions]
            report(
                f"latency {number} of {rounds}: {partitions} partitions,"
                f" {rate:,.0f} records/s for {SECONDS:.0f} seconds"
            )
            measured.append(measure_latency(site, partitions, number, rate, paced.checks))
    return latency_series(found)


def latency_series(found: Mapping[int, Sequence[Mapping[str, float]]]) -> dict[str, Series]:
    """``latency_<partitions>_<name>`` for every figure."""
    return {
        f"latency_{partitions}_{name}": Series(unit, tuple(run[name] for run in runs))
        for partitions, runs in found.items()
        for name, unit in UNITS.items()
    }
