"""The quality of the last five minutes as the tallies say it now, without Redis (S0-67 … S0-80, D-14)."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from assay.agents.audit.reader import TopicReader
from assay.agents.settings import Settings
from assay.agents.topics import topic_name
from assay.pipeline.core.clock import NANOS_PER_MILLI
from assay.pipeline.core.record import RawRecord
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.dispose.histogram import BOUNDS_MS, BUCKETS, INFINITE, Histogram, quantile
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.quality_rules import QualityMetric
from assay.pipeline.views import Add
from assay.pipeline.views.buckets import MINUTES, words_of
from assay.pipeline.views.counters import fold_tallies
from assay.pipeline.views.quality import (
    DETECTOR,
    WINDOW_S,
    QualityBreach,
    breaches,
    quality,
    quality_by_tenant,
)

RUN_RECORDS = 500
"""Tallies that are folded at once: the reader holds no more."""
_OURS = f"{DETECTOR}/".encode()
"""What keys of the detector's tallies begin with. Other lanes count what became of traces, not what was wrong."""


@dataclass(frozen=True, slots=True)
class Detection:
    """How long traces waited for their verdict, from the record's own time, in milliseconds."""

    traces: int
    p50_ms: float | None
    p99_ms: float | None
    """``None`` without traces. Within a bucket of the tallies' histogram: at most its upper bound."""


@dataclass(frozen=True, slots=True)
class QualityLook:
    """What the tallies of a window come to."""

    metrics: Mapping[QualityMetric, float]
    """Of all tenants but that of drills; empty when nothing was processed (S0-80)."""
    tenants: Mapping[str, Mapping[QualityMetric, float]]
    """Of each by itself, that of drills too."""
    drill_tenant: str
    breaches: tuple[QualityBreach, ...]
    """Of all tenants together: a tenant's own quality is told to the tenant (OPERATIONS 5.6)."""
    detection: Detection


def look(settings: Settings, bundle: Bundle, now_ns: int, window_s: int = WINDOW_S) -> QualityLook:
    """Read the tallies of the last ``window_s`` seconds; blocks.

    Raises :class:`ConfigError` for a topic that is not there, ``DependencyUnavailableError`` without Kafka.
    """
    counts = [_counts(settings, now_ns // NANOS_PER_MILLI - window_s * 1000)]
    metrics = quality(counts, leaving_out=bundle.drill.tenant)
    return QualityLook(
        metrics,
        quality_by_tenant(counts),
        bundle.drill.tenant,
        tuple(breaches(metrics, bundle.quality)),
        detection_of(counts[0]),
    )


def _counts(settings: Settings, since_ms: int) -> Counter[str]:
    """What the detector's tallies since then count, by the names that the view ``counters`` has for it."""
    counts: Counter[str] = Counter()
    run: list[RawRecord] = []

    def fold() -> None:
        for delta in fold_tallies(run):
            # Each number is there twice, in its minute and in its hour.
            if isinstance(delta, Add) and delta.bucket.startswith(MINUTES):
                counts.update(delta.counts)
        run.clear()

    def take(record: RawRecord) -> None:
        if not (record.key or b"").startswith(_OURS):
            return
        run.append(record)
        if len(run) >= RUN_RECORDS:
            fold()

    with TopicReader(settings) as reader:
        places = reader.partitions([topic_name(TopicRole.TALLIES, settings.topic_prefix)])
        since, ends = reader.since(places, since_ms), reader.stable(places)
        reader.read({place: (since[place], ends[place]) for place in places if place in since}, take)
    fold()
    return counts


def detection_of(counts: Mapping[str, int]) -> Detection:
    """The latencies that the detector's tallies hold."""
    buckets = [0] * BUCKETS
    bounds = {str(bound): index for index, bound in enumerate((*BOUNDS_MS, INFINITE))}
    for name, number in counts.items():
        match words_of(name):
            case ["latency", lane, bound] if lane == DETECTOR and bound in bounds:
                buckets[bounds[bound]] += number
    highest = max((index for index, number in enumerate(buckets) if number), default=0)
    most = BOUNDS_MS[min(highest, len(BOUNDS_MS) - 1)]
    histogram = Histogram(tuple(buckets), 0, most)
    return Detection(histogram.total, quantile(histogram, 0.5), quantile(histogram, 0.99))
