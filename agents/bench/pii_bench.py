"""``assay bench pii``: how much of what is personal or secret the detector finds, how much it invents, how quickly.

Needs no broker: a corpus with known truth, the detector in this process, and process CPU time.
"""

import json
import os
import platform
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from assay.agents.devstack import Report
from assay.pipeline.core.document import Json
from assay.pipeline.core.errors import ConfigError, Problem
from assay.pipeline.core.issue import Finding
from assay.pipeline.core.trace import Trace
from assay.pipeline.core.verdict import NONE
from assay.pipeline.detect import Detector, build_detectors
from assay.pipeline.generate.corpus import Case, Half, Misjudged, agent_runs, corpus, misjudged, score
from assay.pipeline.policy.bundle import Bundle

from .pii_tables import AGENT_RUNS, MEGABYTES, PII_GOALS, mb_per_second, pii_series
from .results import Results
from .series import Series

SECURITY = "security"
CASES_ARE, RUNS_ARE = "workflow_trace", "agent_run"
"""The subjects that cases and runs are judged as."""
GENERATED_RUNS = 120
LEAST_CPU_S = 0.4
"""A round goes over its traces again until it has taken so long: the clock is coarse."""
BYTES_PER_MB = 1_000_000

Judged = Sequence[tuple[Case, Sequence[Finding]]]


@dataclass(frozen=True, slots=True)
class PiiPlan:
    """How much to measure."""

    rounds: int
    cases: int
    """Of each half."""
    seed: int
    runs: Path | None
    """Agent runs, one JSON document a line; ``None``: made-up ones."""


@dataclass(frozen=True, slots=True)
class PiiResults:
    """The figures, and what the detector's author may learn from."""

    results: Results
    tuning_mistakes: Sequence[Misjudged]


def security_detector(bundle: Bundle) -> Detector:
    """The detector of the registry. Raises ``LookupError`` when there is none of the name."""
    for detector in build_detectors(bundle):
        if detector.name == SECURITY:
            return detector
    raise LookupError(f"no detector is called {SECURITY!r}")


def bench_pii(bundle: Bundle, detector: Detector, plan: PiiPlan, report: Report) -> PiiResults:
    """Measure; blocks for seconds. Raises :class:`ConfigError` for a file of runs that cannot be read.

    What the detector raises is raised: a detector never does (D-16), so there are no figures then.
    """
    version = {name: subject.current_version for name, subject in bundle.subjects.items()}

    def trace(subject: str, value: bytes, document: Json) -> Trace:
        return Trace(document, value, subject, version[subject], NONE, timestamp=0, now_ns=0)

    runs = [trace(RUNS_ARE, value, document) for value, document in _runs(plan)]
    series: dict[str, Series] = {}
    mistakes: list[Misjudged] = []
    for half in Half:
        report(f"{half}: {plan.cases:,} cases")
        cases = list(corpus(half, plan.cases, plan.seed))
        traces = [trace(CASES_ARE, case.value, case.document) for case in cases]
        judged: Judged = [(case, detector.detect(each)) for case, each in zip(cases, traces, strict=True)]
        series |= pii_series(half, score(judged))
        series[mb_per_second(half)] = _speed(detector.detect, traces, plan.rounds)
        if half is Half.TUNING:
            mistakes += misjudged(judged)
    report(f"speed on {len(runs)} agent runs")
    series[AGENT_RUNS] = _speed(detector.detect, runs, plan.rounds)
    results = Results("pii", plan.rounds, _machine(plan), series, (), PII_GOALS)
    return PiiResults(results, mistakes)


def _speed(detect: Callable[[Trace], object], traces: Sequence[Trace], rounds: int) -> Series:
    """Bytes of values per second of this process's CPU; decoding is not counted."""
    size = sum(len(trace.value) for trace in traces)
    return Series(MEGABYTES, tuple(_round(detect, traces, size) for _ in range(rounds)))


def _round(detect: Callable[[Trace], object], traces: Sequence[Trace], size: int) -> float:
    passes, took_s = 0, 0.0
    while took_s < LEAST_CPU_S:
        began = time.process_time()
        for trace in traces:
            detect(trace)
        took_s += time.process_time() - began
        passes += 1
    return size * passes / took_s / BYTES_PER_MB


def _runs(plan: PiiPlan) -> Iterator[tuple[bytes, Json]]:
    values: Iterable[bytes] = (
        agent_runs(GENERATED_RUNS, plan.seed) if plan.runs is None else _lines(plan.runs)
    )
    for value in values:
        try:
            yield value, json.loads(value)
        except ValueError as error:
            raise _unusable(plan.runs, "holds a line that is not JSON") from error


def _lines(path: Path) -> Sequence[bytes]:
    try:
        lines = [line for line in path.read_bytes().splitlines() if line.strip()]
    except OSError as error:
        raise _unusable(path, f"cannot be read ({error.strerror})") from error
    if not lines:
        raise _unusable(path, "has no lines")
    return lines


def _unusable(path: Path | None, why: str) -> ConfigError:
    return ConfigError([Problem(f"runs {path}", why, "Name a file with one agent run as JSON on each line")])


def _machine(plan: PiiPlan) -> dict[str, str | int]:
    return {
        "cpus": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "agent_runs": "made up" if plan.runs is None else plan.runs.name,
    }
