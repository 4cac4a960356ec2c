"""``assay bench loop``: the three lanes together, from clean weather to storm, and how soon a failing trace has its end."""

from dataclasses import dataclass

from assay.agents.devstack import Report
from assay.agents.settings import Settings

from .broker import machine
from .job import ALL_CHECKS
from .latency import Load, Roles, rounds_of, run_latency
from .load import FAULT_SHARE
from .loop_tables import LOOP_GOALS, LOOP_RATIOS
from .peers import LOOP
from .read_ends import UNITS
from .results import Results
from .series import Series
from .site import Site
from .throughput import PARTITIONS
from .weather import Weather, measure_weather

WEATHER = {"clean": 0.0, "loop": FAULT_SHARE, "storm": 1.0}
"""Share of faulty traces by load; ``loop`` is what latency is measured with."""
ROLES = Roles(worker="serve_loop", reader="read_ends")


@dataclass(frozen=True, slots=True)
class LoopPlan:
    """How much to measure."""

    rounds: int
    records: int
    latency: bool


def bench_loop(settings: Settings, plan: LoopPlan, report: Report) -> Results:
    """Measure; blocks for minutes. ``settings`` must lead to a broker that answers."""
    site = Site(settings)
    weather = Weather(LOOP, WEATHER, plan.rounds, plan.records, ALL_CHECKS)
    series = measure_weather(site, weather, report)
    if plan.latency:
        series |= _latency(site, series["loop_per_second"].median / 2, plan.rounds, report)
    return Results("loop", plan.rounds, machine(settings), series, LOOP_RATIOS, LOOP_GOALS)


def _latency(site: Site, rate: float, rounds: int, report: Report) -> dict[str, Series]:
    found = []
    for number in range(1, rounds_of(rounds) + 1):
        report(f"latency {number} of {rounds_of(rounds)}: {rate:,.0f} records/s")
        found.append(run_latency(site, Load(PARTITIONS, number, rate, ALL_CHECKS), ROLES))
    return {name: Series(unit, tuple(run[name] for run in found)) for name, unit in UNITS.items()}
