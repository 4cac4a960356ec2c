"""``assay bench lane``: the lane beside other stream processors on the same broker, then its latency."""

from collections.abc import Sequence
from dataclasses import dataclass

from assay.agents.devstack import Report
from assay.agents.settings import Settings

from .broker import machine
from .lane_tables import LANE_GOALS, LANE_RATIOS
from .latency import Paced, measure_latencies
from .peers import LANE_PEERS
from .results import Results
from .site import Site
from .throughput import Race, race_series, run_race

CHECKS = "schema"
"""The lane decodes and validates, as its peers do; ``assay bench detect`` runs all detectors."""


PACED_BY = {8: "lane", 48: "lane_48"}
"""Half load is half of what the lane was seen to do with as many partitions."""


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
        series |= race_series(run_race(site, _many_partitions(plan), report))
        rates = {partitions: series[f"{name}_per_second"].median / 2 for partitions, name in PACED_BY.items()}
        series |= measure_latencies(site, Paced(rates, plan.rounds, CHECKS), report)
    return Results("lane", plan.rounds, machine(settings), series, LANE_RATIOS, LANE_GOALS)


def _many_partitions(plan: LanePlan) -> Race:
    peers = {"lane_48": LANE_PEERS["lane"]}
    return Race("in48", peers, plan.rounds, plan.records, CHECKS, partitions=48)
