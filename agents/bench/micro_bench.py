"""``assay bench micro``: what each stage costs a trace, in memory, without Kafka."""

import platform
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import repeat
from os import sched_getaffinity
from pathlib import Path
from typing import Any

from assay.agents.clock import SystemClock
from assay.agents.detector import DetectorStep
from assay.agents.lanes.step import SourceRange
from assay.agents.process import tune_memory
from assay.agents.sealing import EnvelopeSealer, FileKeyProvider
from assay.pipeline.core.record import RawRecord
from assay.pipeline.core.trace import Trace
from assay.pipeline.decode import AvroRegistry, decode
from assay.pipeline.decode.decoded import Decoded
from assay.pipeline.detect import build_detectors
from assay.pipeline.dispose import FailingWriter, PassingWriter
from assay.pipeline.flow import Judge
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.select import Selected, Selector
from assay.pipeline.policy.tenant import tenant_of

from .load import bench_load
from .results import Results
from .series import Series

TOPIC = "traces.raw"
PARTITION = 0
UNIT = "us/trace"
Stage = Callable[[], object]
"""Does its work on every trace of the load, once."""


def bench_micro(bundle: Bundle, rounds: int, records: int) -> Results:
    """CPU time of each stage over the same traces; the rounds are in turn, and the least of them is the cleanest."""
    tune_memory()
    with tempfile.TemporaryDirectory() as folder:
        stages = _stages(bundle, records, Path(folder))
        found: dict[str, list[float]] = {name: [] for name in stages}
        for _ in range(rounds):
            for name, (stage, traces) in stages.items():
                began = time.process_time()
                stage()
                found[name].append((time.process_time() - began) / traces * 1e6)
    machine = {"cpus": len(sched_getaffinity(0)), "python": platform.python_version()}
    series = {f"{name}_us": Series(UNIT, tuple(values)) for name, values in found.items()}
    return Results("micro", rounds, machine, series, (), ())


def _stages(bundle: Bundle, count: int, keys: Path) -> Mapping[str, tuple[Stage, int]]:
    """Stage by name, and how many traces it works on."""
    now_ns = time.time_ns()
    clean, storm = _records(count, 0.0, now_ns), _records(count // 4, 1.0, now_ns)
    binding, avro, limits = bundle.bindings[TOPIC], AvroRegistry(bundle), bundle.limits
    select, judge = Selector(bundle, binding), Judge(bundle)
    decoded = [_decoded(record, bundle, avro) for record in clean]
    traces = [
        _trace(bundle, record, document, select, now_ns)
        for record, document in zip(clean, decoded, strict=True)
    ]
    sealer = EnvelopeSealer(FileKeyProvider(keys), SystemClock())
    passing, failing = PassingWriter(bundle), FailingWriter(bundle, sealer, "bench")
    verdicts = [judge(record, now_ns) for record in clean]
    refused = [(record, verdict) for record in storm if (verdict := judge(record, now_ns)).blocking]
    step = DetectorStep(bundle, sealer, "bench", secret=b"")
    stages: dict[str, tuple[Stage, int]] = {
        "decode": (
            _each(decode, [record.value for record in clean], repeat(limits), repeat(avro)),
            count,
        ),
        "select": (
            _each(select, [record.headers for record in clean], [each.document for each in decoded], decoded),
            count,
        ),
    }
    for detector in build_detectors(bundle):
        stages[f"detect_{detector.name}"] = (_each(detector.detect, traces), count)
    stages |= {
        "judge": (_each(judge, clean, repeat(now_ns)), count),
        "write_passing": (_each(passing, clean, verdicts), count),
        "judge_faulty": (_each(judge, storm, repeat(now_ns)), len(storm)),
        "write_failing": (
            _each(
                failing,
                [record for record, _ in refused],
                [verdict for _, verdict in refused],
                repeat(now_ns),
            ),
            len(refused),
        ),
        "step_clean": (lambda: _run_step(step, clean, now_ns), count),
        "step_faulty": (lambda: _run_step(step, storm, now_ns), len(storm)),
    }
    return stages


def _each(function: Callable[..., object], *columns: Iterable[Any]) -> Stage:
    """Calls the function with every row, and keeps nothing."""
    return lambda: deque(map(function, *columns), maxlen=0)


def _records(count: int, fault_share: float, now_ns: int) -> list[RawRecord]:
    return [
        RawRecord(TOPIC, PARTITION, offset, now_ns // 1_000_000, made.key, made.value, tuple(made.headers))
        for offset, made in enumerate(bench_load(count, fault_share))
    ]


def _decoded(record: RawRecord, bundle: Bundle, avro: AvroRegistry) -> Decoded:
    decoded = decode(record.value, bundle.limits, avro)
    assert isinstance(decoded, Decoded), "a clean trace can be read"
    return decoded


def _trace(bundle: Bundle, record: RawRecord, decoded: Decoded, select: Selector, now_ns: int) -> Trace:
    selected = select(record.headers, decoded.document, decoded)
    assert isinstance(selected, Selected), "a clean trace has a subject"
    assert record.value is not None
    tenant = tenant_of(bundle.bindings[TOPIC], selected.subject, decoded.document)
    subject = selected.subject.name
    return Trace(decoded.document, record.value, subject, selected.version, tenant, record.timestamp, now_ns)


def _run_step(step: DetectorStep, records: Sequence[RawRecord], now_ns: int) -> None:
    """As a lane does it: a thousand a transaction, sixty-four at a time."""
    for first in range(0, len(records), 1000):
        work = step.begin()
        batch = records[first : first + 1000]
        for start in range(0, len(batch), 64):
            work.add(batch[start : start + 64], now_ns)
        work.finish([SourceRange(TOPIC, PARTITION, first, first + len(batch), len(batch))], now_ns)
