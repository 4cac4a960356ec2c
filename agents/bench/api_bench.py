"""``assay bench api``: the API on views that are full, as somebody on the same machine sees it."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median

from assay.agents.clock import SystemClock
from assay.agents.devstack import Report
from assay.agents.settings import Settings
from assay.pipeline.core.clock import NANOS_PER_MILLI, rfc3339

from .api_client import API
from .api_records import DAY_MS, Filling
from .api_server import ApiServer, serving
from .api_tables import API_GOALS, MS, PER_CORE_S, READ, VIEWS, WORST
from .api_views import fill_views, forget_views, unsaved
from .broker import machine
from .results import Results
from .series import Series
from .site import Site

PART = "api"
PARTITIONS = 8
ASKED = 20
"""How often each view is asked: the first time its server was just started and has nothing at hand."""
READERS, READS = 4, 250
OLD_MS = 60 * DAY_MS


@dataclass(frozen=True, slots=True)
class ApiPlan:
    """How much to measure, and on what."""

    rounds: int
    filling: Filling


def bench_api(settings: Settings, plan: ApiPlan, report: Report) -> Results:
    """Measure; blocks for minutes. ``settings`` must lead to a Redis that answers, and has room for the views.

    Each round has a server of its own, so that its first answers are made of nothing but the views.
    """
    site = Site(settings)
    filled = site.settings(PART, PARTITIONS)
    now_ms = SystemClock().now_ns() // NANOS_PER_MILLI
    views = {
        name: path.format(old=rfc3339((now_ms - OLD_MS) * NANOS_PER_MILLI)) for name, path in VIEWS.items()
    }
    found: dict[str, list[float]] = {}
    with _views(filled, plan.filling, now_ms, report), site.topics([PART], PARTITIONS):
        for number in range(1, plan.rounds + 1):
            report(f"round {number} of {plan.rounds}")
            with serving(filled, site.logs) as server:
                for name, value in _round(server, views).items():
                    found.setdefault(name, []).append(value)
    series = {name: Series(_unit(name), tuple(values)) for name, values in found.items()}
    about = {**machine(settings), **plan.filling._asdict()}
    return Results("api", plan.rounds, about, series, (), API_GOALS)


@contextmanager
def _views(settings: Settings, filling: Filling, now_ms: int, report: Report) -> Iterator[None]:
    """They are there, and gone afterwards."""
    with unsaved(settings):
        try:
            asyncio.run(fill_views(settings, filling, now_ms, report))
            yield
        finally:
            asyncio.run(forget_views(settings))


def _round(server: ApiServer, views: dict[str, str]) -> dict[str, float]:
    figures: dict[str, float] = {}
    with server.client() as client:
        for name, path in views.items():
            took = client.milliseconds(path, ASKED)
            figures |= {f"{name}_p50_ms": median(took), f"{name}_worst_ms": max(took)}
    figures[WORST] = max(figures[f"{name}_worst_ms"] for name in views)
    for name, path in READ.items():
        figures[f"{name}_per_core_second"] = _reads_per_core_second(server, path)
    return figures | {"rss_mb": server.rss_mb()}


def _reads_per_core_second(server: ApiServer, path: str) -> float:
    """Several at once, as fast as they can; what counts is the server's CPU, whatever else the machine does."""
    before = server.cpu_s()
    with ThreadPoolExecutor(READERS) as readers:
        for done in [readers.submit(_read, server, path) for _ in range(READERS)]:
            done.result()
    return READERS * READS / (server.cpu_s() - before)


def _read(server: ApiServer, path: str) -> None:
    with server.client() as client:
        for _ in range(READS):
            client.get(f"{API}{path}")


def _unit(name: str) -> str:
    return MS if name.endswith("_ms") else "MiB" if name.endswith("_mb") else PER_CORE_S
