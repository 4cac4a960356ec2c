"""``assay bench lane``: the lane beside other stream processors on the same broker, then its latency."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assay.agents.devstack import Report
from assay.agents.settings import Settings

from .broker import machine
from .children import Child
from .lane_tables import LANE_GOALS, LANE_RATIOS, lane_series
from .latency import LATENCY_PARTITIONS, latency_series, measure_latency
from .load import publish_load
from .peers import LANE_PEERS
from .results import Results
from .rounds import in_turn
from .run import Run
from .series import Series
from .site import Site

PARTITIONS = 8
INPUT = "in"
MOST_LATENCY_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class LanePlan:
    """How much to measure."""

    rounds: int
    records: int
    peers: Sequence[str]
    """Names in ``LANE_PEERS``; installed ones."""
    latency: bool
    """Needs the lane among the peers: the load is half of what it was seen to do."""


def bench_lane(settings: Settings, plan: LanePlan, report: Report) -> Results:
    """Measure; blocks for minutes. ``settings`` must lead to a broker that answers."""
    site = Site(settings)
    series = lane_series(_throughput(site, plan, report))
    if plan.latency:
        series |= _latency(site, plan, series["lane_per_second"].median / 2, report)
    return Results("lane", plan.rounds, machine(settings), series, LANE_RATIOS, LANE_GOALS)


def _throughput(site: Site, plan: LanePlan, report: Report) -> Mapping[str, Sequence[Run]]:
    with site.topics([INPUT], PARTITIONS):
        report(f"publishing {plan.records:,} records")
        publish_load(site.settings(INPUT, PARTITIONS), plan.records)

        def run_peer(peer: str, number: int) -> Run:
            report(f"round {number} of {plan.rounds}: {peer}")
            return _run_peer(site, peer, number, plan.records)

        return in_turn(plan.peers, plan.rounds, run_peer)


def _run_peer(site: Site, peer: str, number: int, records: int) -> Run:
    output = f"{number}.{peer}"
    job = site.job(
        f"{number}-{peer}",
        reads=INPUT,
        writes=output,
        partitions=PARTITIONS,
        records=min(records, LANE_PEERS[peer].most_records or records),
    )
    with site.topics([output], PARTITIONS), Child(peer, job, site.logs) as child:
        run = Run.from_document(child.answer())
        child.wait()
        return run


def _latency(site: Site, plan: LanePlan, rate: float, report: Report) -> dict[str, Series]:
    rounds = min(plan.rounds, MOST_LATENCY_ROUNDS)
    found: dict[int, list[Mapping[str, float]]] = {partitions: [] for partitions in LATENCY_PARTITIONS}
    for number in range(1, rounds + 1):
        for partitions, measured in found.items():
            report(
                f"latency {number} of {rounds}: {partitions} partitions, {rate:,.0f} records/s for 20 seconds"
            )
            measured.append(measure_latency(site, partitions, number, rate))
    return latency_series(found)
