"""``assay bench gate``: what judging a trace costs a producer in its own process, without Kafka."""

import platform
import random
import time
from collections.abc import Sequence
from os import sched_getaffinity

import orjson

from assay.pipeline.core.document import Json
from assay.pipeline.generate import FAULTS, TraceMaker
from assay.pipeline.generate.mix import Drawing
from assay.pipeline.generate.prose import Prose
from assay.pipeline.policy.bundle import Bundle
from assay.sdk import GateConfig, TraceQualityGate

from .load import FAULT_SHARE, MIX, SEED, TENANTS
from .results import Bound, Goal, Results
from .series import Series

TRACE_BYTES = 10_000
LOADS = {"clean": 0.0, "mixed": FAULT_SHARE, "faulty": 1.0}
"""Share of traces with a fault; the last one is a producer that sends nothing else."""
P50, P99 = 0.50, 0.99
UNIT = "us"
RATE_UNIT = "traces/s"
GOALS = tuple(
    Goal(
        f"gate_{load}_p99_us", Bound.AT_MOST, 2_000, f"{TRACE_BYTES // 1000} KB in process, {load}, p99 (us)"
    )
    for load in ("clean", "mixed")
)


def bench_gate(bundle: Bundle, rounds: int, traces: int) -> Results:
    """Wall time of ``TraceQualityGate.check`` for one trace after another, counting and budgets included."""
    # A gate without budgets would be measured on a busy machine as if it judged everything: this one does.
    gate = TraceQualityGate(config=GateConfig(step_budget_ms=10_000, total_budget_ms=60_000), bundle=bundle)
    loads = {load: _load(share, traces) for load, share in LOADS.items()}
    found: dict[str, list[float]] = {}
    for load in loads.values():
        _times(gate, load[: len(load) // 4])  # what is compiled and cached on first use
    for _ in range(rounds):
        for name, load in loads.items():
            times = sorted(_times(gate, load))
            for figure, value in (
                ("p50_us", _percentile(times, P50)),
                ("p99_us", _percentile(times, P99)),
                ("per_second", len(times) / sum(times) * 1e6),
            ):
                found.setdefault(f"gate_{name}_{figure}", []).append(value)
    machine = {
        "cpus": len(sched_getaffinity(0)),
        "python": platform.python_version(),
        "trace_bytes": TRACE_BYTES,
    }
    series = {
        name: Series(RATE_UNIT if name.endswith("per_second") else UNIT, tuple(values))
        for name, values in found.items()
    }
    return Results("gate", rounds, machine, series, (), GOALS)


def _times(gate: TraceQualityGate, load: Sequence[bytes]) -> list[float]:
    """Microseconds, a value a trace."""
    times = []
    for value in load:
        began = time.perf_counter_ns()
        gate.check(value)
        times.append((time.perf_counter_ns() - began) / 1_000)
    return times


def _percentile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(round(share * len(ordered)), len(ordered) - 1)]


def _load(share: float, count: int) -> list[bytes]:
    """Traces of about :data:`TRACE_BYTES`."""
    rng = random.Random(SEED)  # noqa: S311 - a load that can be made again, not a secret
    maker, prose, drawing = TraceMaker(rng, TENANTS, time.time_ns()), Prose(rng), Drawing(MIX)
    load = []
    for _ in range(count):
        document = maker.make()
        _grow(document, rng, prose)
        faulty = rng.random() < share
        value = FAULTS[drawing.draw(rng)].mutate(document, rng) if faulty else orjson.dumps(document)
        load.append(value or b"")
    return load


def _grow(document: dict[str, Json], rng: random.Random, prose: Prose) -> None:
    """Let the steps tell more, each as much, until the trace has its size."""
    steps = document["steps"]
    assert isinstance(steps, list)
    told: list[dict[str, Json]] = [{"summary": ""} for _ in steps]
    for step, tells in zip(steps, told, strict=True):
        assert isinstance(step, dict)
        step["outputs"] = tells
    each = (TRACE_BYTES - len(orjson.dumps(document))) // len(steps)
    for tells in told:
        tells["summary"] = prose.take(rng, max(each, 1))
