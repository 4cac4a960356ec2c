"""Loads of one worker that differ in how much is wrong with them."""

from collections.abc import Mapping
from dataclasses import dataclass

from assay.agents.devstack import Report

from .peers import Peer
from .series import Series
from .site import Site
from .throughput import Race, race_series, run_race

STORM_RECORDS = 30_000
"""A load of nothing but faulty traces need not be longer; all loads that are compared with it are as long."""


@dataclass(frozen=True, slots=True)
class Weather:
    """Which loads to measure."""

    peer: Peer
    shares: Mapping[str, float]
    """Share of faulty traces by the name that the figures carry."""
    rounds: int
    records: int
    checks: str
    """See :class:`.job.Job`."""


def measure_weather(site: Site, weather: Weather, report: Report) -> dict[str, Series]:
    """Three figures a load, as :func:`race_series` names them; blocks for minutes."""
    series: dict[str, Series] = {}
    for name, share in weather.shares.items():
        race = Race(name, {name: weather.peer}, weather.rounds, weather.records, weather.checks, share)
        series |= race_series(run_race(site, race, report))
    return series
