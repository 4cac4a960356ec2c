from collections.abc import Callable

import pytest

from assay.agents.bench.job import Job
from assay.agents.bench.lane_tables import LANE_GOALS, LANE_RATIOS
from assay.agents.bench.results import Results
from assay.agents.bench.run import Run
from assay.agents.bench.series import Series
from assay.agents.bench.throughput import race_series

MACHINE = {"cpus": 2, "python": "3.11.7", "kafka": "4.2.1", "platform": "Linux"}


@pytest.fixture
def new_run() -> Callable[[float, float], Run]:
    """A run of 1,000 records at so many per CPU second and per second."""

    def new(per_core_second: float, per_second: float) -> Run:
        return Run(1000, wall_s=1000 / per_second, cpu_s=1000 / per_core_second, rss_max_mb=100.0)

    return new


@pytest.fixture
def new_results(new_run: Callable[[float, float], Run]) -> Callable[..., Results]:
    """Results of one round: peers with their two rates, and the p99 of both latency measurements."""

    def new(latency_ms: float | None = None, **rates: tuple[float, float]) -> Results:
        series = race_series({peer: [new_run(*rate)] for peer, rate in rates.items()})
        if latency_ms is not None:
            series |= {f"latency_{count}_p99_ms": Series("ms", (latency_ms,)) for count in (8, 48)}
        return Results("lane", 1, MACHINE, series, LANE_RATIOS, LANE_GOALS)

    return new


@pytest.fixture
def good_results(new_results: Callable[..., Results]) -> Results:
    """Results that meet every goal."""
    return new_results(
        100,
        mirror=(100_000, 50_000),
        lane=(50_000, 40_000),
        faust=(1000, 900),
        quix=(30_000, 20_000),
    )


@pytest.fixture
def job() -> Job:
    return Job(
        env="bench-1-lane",
        bootstrap_servers="127.0.0.1:29092",
        redis_url="redis://127.0.0.1:26379/0",
        keys_dir="/nowhere/keys",
        input_prefix="bench.in.",
        output_prefix="bench.1.lane.",
        partitions=8,
        records=1000,
    )
