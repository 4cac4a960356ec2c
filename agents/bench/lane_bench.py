"""``assay bench lane``: the lane beside other stream processors on the same broker, then its latency."""

from collections.abc import Sequence
from dataclasses import dataclass

from assay.agents.devstack import Report
from assay.agents.settings import Settings

from .broker import machine
from .lane_tables import LANE_GOALS, LANE_RATIOS
from .latency import LATENCY_PARTITIONS, Paced, measure_latencies
from .peers import LANE_PEERS
from .results import Results
from .site import Site
from .throughput import Race, race_series, run_race

CHECKS = "schema"
"""The lane decodes and validates, as its peers do; ``assay bench detect`` runs all detectors."""


@dataclass(frozen=True, slots=True)
class LanePlan:
    """How much to measure."""

    rounds: int
    records: int
    peers: Sequence[str]
    """Names in the benchmark's table of peers; installed ones."""
    latency: bool
    """Needs the lane among the peers: the load is half of what it was seen to do."""


def bench_lane(settings: Settings, plan: LanePlan, report: Report) -> Results:
    """Measure; blocks for minutes. ``settings`` must lead to a broker that answers."""
    site = Site(settings)
    peers = {name: LANE_PEERS[name] for name in plan.peers}
    series = race_series(run_race(site, Race("in", peers, plan.rounds, plan.records, CHECKS), report))
    if plan.latency:
        rate = series["lane_per_second"].median / 2
        series |= measure_latencies(site, Paced(LATENCY_PARTITIONS, plan.rounds, rate, CHECKS), report)
    return Results("lane", plan.rounds, machine(settings), series, LANE_RATIOS, LANE_GOALS)
