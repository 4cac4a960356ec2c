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


@dataclass(frozen=True, slots=True)
class Roles:
    """Who takes part: modules of this package with ``work(job, say)``."""

    worker: str = "serve"
    reader: str = "read"


@dataclass(frozen=True, slots=True)
class Load:
    """One run."""

    partitions: int
    number: int
    """Tells it from the others with as many partitions."""
    rate: float
    checks: str
    """See :class:`.job.Job`."""


def run_latency(site: Site, load: Load, roles: Roles) -> Mapping[str, float]:
    """What the reader saw in one run with one worker process, and ``load_per_second``: the rate in truth."""
    part = f"latency.{load.partitions}.{load.number}"
    job = site.job(
        f"{load.number}-{load.partitions}",
        reads=part,
        writes=part,
        partitions=load.partitions,
        rate=load.rate,
        seconds=SECONDS,
        warm_up_s=WARM_UP_S,
        checks=load.checks,
    )
    with (
        site.topics([part], load.partitions),
        Child(roles.worker, job, site.logs) as worker,
        Child(roles.reader, job, site.logs) as reader,
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


def rounds_of(asked: int) -> int:
    """How many of the rounds that were asked for are measured: each takes half a minute."""
    return min(asked, MOST_ROUNDS)


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
    rounds = rounds_of(paced.rounds)
    found: dict[int, list[Mapping[str, float]]] = {partitions: [] for partitions in paced.rates}
    for number in range(1, rounds + 1):
        for partitions, measured in found.items():
            rate = paced.rates[partitions]
            report(
                f"latency {number} of {rounds}: {partitions} partitions,"
                f" {rate:,.0f} records/s for {SECONDS:.0f} seconds"
            )
            measured.append(run_latency(site, Load(partitions, number, rate, paced.checks), Roles()))
    return latency_series(found)


def latency_series(found: Mapping[int, Sequence[Mapping[str, float]]]) -> dict[str, Series]:
    """``latency_<partitions>_<name>`` for every figure."""
    return {
        f"latency_{partitions}_{name}": Series(unit, tuple(run[name] for run in runs))
        for partitions, runs in found.items()
        for name, unit in UNITS.items()
    }
