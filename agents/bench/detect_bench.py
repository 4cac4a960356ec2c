"""``assay bench detect``: the lane with all detectors beside peers that do the same checks, its storms, latency and memory."""

from collections.abc import Sequence
from dataclasses import dataclass

from assay.agents.devstack import Report
from assay.agents.settings import Settings

from .broker import machine
from .detect_tables import DETECT_GOALS, DETECT_RATIOS
from .job import ALL_CHECKS
from .latency import Paced, measure_latencies
from .peers import DETECT_PEERS
from .results import Results
from .site import Site
from .soak import measure_soak
from .throughput import Race, race_series, run_race
from .weather import STORM_RECORDS, Weather, measure_weather

PARTITIONS = 8
WEATHER = {"clean": 0.0, "storm": 1.0}
"""Loads for the lane alone, and the share of faulty traces in each."""


@dataclass(frozen=True, slots=True)
class DetectPlan:
    """How much to measure."""

    rounds: int
    records: int
    peers: Sequence[str]
    """Names in ``DETECT_PEERS``; installed ones. ``detect`` is what storms, latency and soak need."""
    latency: bool
    soak_s: float
    """How long the worker's memory is watched; 0 leaves it out."""


def bench_detect(settings: Settings, plan: DetectPlan, report: Report) -> Results:
    """Measure; blocks for minutes. ``settings`` must lead to a broker that answers."""
    site = Site(settings)
    peers = {name: DETECT_PEERS[name] for name in plan.peers}
    series = race_series(run_race(site, Race("in", peers, plan.rounds, plan.records, ALL_CHECKS), report))
    if "detect" in peers:
        weather = Weather(
            DETECT_PEERS["detect"], WEATHER, plan.rounds, min(plan.records, STORM_RECORDS), ALL_CHECKS
        )
        series |= measure_weather(site, weather, report)
        rate = series["detect_per_second"].median / 2
        if plan.latency:
            series |= measure_latencies(site, Paced({PARTITIONS: rate}, plan.rounds, ALL_CHECKS), report)
        if plan.soak_s:
            report(f"memory: {rate:,.0f} records/s for {plan.soak_s:.0f} seconds")
            series |= measure_soak(site, rate, plan.soak_s, ALL_CHECKS)
    return Results("detect", plan.rounds, machine(settings), series, DETECT_RATIOS, DETECT_GOALS)
