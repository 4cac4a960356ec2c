"""Metrics of a worker process: fed from tallies, so they count exactly what was committed (DESIGN 4)."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, product
from typing import Any

import orjson
from prometheus_client import CollectorRegistry, Counter, Gauge, disable_created_metrics
from prometheus_client import Histogram as PrometheusHistogram
from prometheus_client.core import HistogramMetricFamily
from prometheus_client.registry import Collector

from assay.agents.detector import LANE as DETECTOR
from assay.agents.escalation_steps import EscalationSteps
from assay.agents.invalid_by_tenant import InvalidByTenant
from assay.agents.lanes.step import SourceRange
from assay.pipeline.classify import Unknown
from assay.pipeline.core import metrics
from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.errors import FencedError, TransientError, UnknownOutcomeError
from assay.pipeline.core.issue import Category, Severity
from assay.pipeline.core.metrics import Metric
from assay.pipeline.core.outcome import Hop, Outcome, Reason
from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.record import Source
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.dispose import Effect
from assay.pipeline.dispose.histogram import BOUNDS_MS, Histogram, merge
from assay.pipeline.issues import Status, resolutions
from assay.pipeline.policy.classification import CLASSIFICATION

DEAD_LETTER_REASONS = (
    Reason.WORKER_CRASH,
    Reason.UNREADABLE,
    Reason.ATTEMPTS_EXHAUSTED,
    Reason.ENVELOPE_UNREADABLE,
    Reason.PERSON_MUST_LOOK,
    Reason.RULE_UNDONE,
    Reason.RULE_NOT_TRUSTED,
    Reason.REPAIR_FAILED,
)
"""Why a trace may wait for a person."""
REBUILD_CAUSES = (FencedError, UnknownOutcomeError, TransientError, TimeoutError)
"""What a transaction may fail of and be tried again; others that come appear when they come."""
RESOLUTION_SECONDS = (
    60,
    300,
    900,
    1800,
    3600,
    4 * 3600,
    8 * 3600,
    86_400,
    3 * 86_400,
    7 * 86_400,
    30 * 86_400,
)
"""From a minute to a month; the steps of escalation are among them."""
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class DetectionLatency(Collector):
    """``trace_detection_seconds`` from the histograms of the tallies, without observing record by record."""

    def __init__(self) -> None:
        self._histogram = Histogram()

    def add(self, histogram: Histogram) -> None:
        """Take in one tally's histogram."""
        self._histogram = merge((self._histogram, histogram))

    def collect(self) -> Iterable[HistogramMetricFamily]:
        """One family, cumulative buckets, in seconds."""
        bounds = [*(str(milliseconds / 1000) for milliseconds in BOUNDS_MS), "+Inf"]
        buckets = list(zip(bounds, accumulate(self._histogram.counts), strict=True))
        metric = metrics.DETECTION_SECONDS
        yield HistogramMetricFamily(
            metric.name, metric.help, buckets=buckets, sum_value=self._histogram.sum / 1000
        )


class Telemetry:
    """The collectors, bound to a registry that is passed in; every label set that can be known starts at zero."""

    def __init__(self, registry: CollectorRegistry, lanes: Sequence[str]) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for every counter, which nobody asks for
        self.registry = registry
        self._processed = _counter(metrics.TRACES_PROCESSED, registry)
        self._invalid = InvalidByTenant(registry)
        self._issues = _counter(metrics.ISSUES_DETECTED, registry)
        self._unknown = _counter(metrics.UNKNOWN_WORDS, registry)
        self._dead = _counter(metrics.DEAD_LETTERS, registry)
        self._attempts = _counter(metrics.REMEDIATION_ATTEMPTS, registry)
        rates = metrics.REMEDIATION_SUCCESS
        self._rates = Gauge(rates.name, rates.help, rates.labels, registry=registry)
        self._rebuilds = _counter(metrics.REBUILDS, registry)
        self._lost = _counter(metrics.DATA_LOST, registry)
        batch = metrics.BATCH_SECONDS
        self._batch = PrometheusHistogram(
            batch.name, batch.help, batch.labels, registry=registry, buckets=SECONDS
        )
        lag = metrics.LAG_RECORDS
        self._lag = Gauge(lag.name, lag.help, lag.labels, registry=registry)
        self._refused = _counter(metrics.RECORDS_REFUSED, registry)
        groups = metrics.ISSUE_GROUPS
        self._groups = Gauge(groups.name, groups.help, groups.labels, registry=registry)
        resolution = metrics.ISSUE_RESOLUTION
        self._resolution = PrometheusHistogram(
            resolution.name,
            resolution.help,
            resolution.labels,
            registry=registry,
            buckets=RESOLUTION_SECONDS,
        )
        self.escalations = EscalationSteps(registry)
        """Its label sets are those of a matrix: see :meth:`EscalationSteps.use`."""
        bundle = metrics.BUNDLE_TIME
        # A process without lanes uses no bundle; its zero would look like a worker that was left behind.
        self._bundle_time = Gauge(bundle.name, bundle.help, registry=registry if lanes else None)
        self._bundles_activated = _counter(metrics.BUNDLES_ACTIVATED, registry)
        self._bundles_refused = _counter(metrics.BUNDLES_REFUSED, registry)
        self._latency = DetectionLatency()
        registry.register(self._latency)
        self._start_at_zero(lanes)

    def _start_at_zero(self, lanes: Sequence[str]) -> None:
        for outcome in (*Outcome, *Hop):
            self._processed.labels(outcome.value)
        for (code, policy), severity in product(CLASSIFICATION.items(), Severity):
            self._issues.labels(severity.value, policy.category.value, code.value)  # a policy may say how bad
        for member in Unknown:
            self._unknown.labels(member.value)
        for reason in DEAD_LETTER_REASONS:
            self._dead.labels(reason.value)
        for severity, category in product(Severity, Category):
            self._resolution.labels(severity.value, category.value)
        self.set_issue_groups({})
        for lane in lanes:
            self._batch.labels(lane)
            self._lost.labels(lane)
            self._refused.labels(lane)
            for cause in REBUILD_CAUSES:
                self._rebuilds.labels(lane, cause.__name__)

    def for_lane(self, lane: str) -> "LaneTelemetry":
        """What a lane reports to."""
        return LaneTelemetry(self, lane)

    def bundle_in_use(self, since_s: float) -> None:
        """See :class:`assay.agents.bundles.BundleEvents`."""
        self._bundle_time.set(since_s)

    def bundle_activated(self) -> None:
        """See :class:`assay.agents.bundles.BundleEvents`."""
        self._bundles_activated.inc()

    def bundle_refused(self) -> None:
        """See :class:`assay.agents.bundles.BundleEvents`."""
        self._bundles_refused.inc()

    def set_lags(self, lane: str, lags: Mapping[int, int]) -> None:
        """Replace the lags of a lane: partitions that went to another worker disappear."""
        self._lag.remove_by_labels({"lane": lane})
        for partition, lag in lags.items():
            self._lag.labels(lane, str(partition)).set(lag)

    def set_issue_groups(self, counts: Mapping[tuple[str, str, str], int]) -> None:
        """How many groups there are by severity, category and status; what is not named has none.

        A label set without groups is not exported: so a query that counts series instead of groups is right, too (D-03).
        Status ``resolved`` always is, so that sums are 0 and not nothing.
        """
        for words in product(Severity, Category, Status):
            if (count := counts.get(words, 0)) or words[2] is Status.RESOLVED:
                self._groups.labels(*words).set(count)
            else:
                self._groups.remove_by_labels(dict(zip(metrics.ISSUE_GROUPS.labels, words, strict=True)))

    def take_group(self, value: bytes, sources: Sequence[SourceRange]) -> None:
        """Observe the resolutions in a group's document that records of this transaction brought about."""
        if b'"became":"resolved"' not in value:  # nearly always
            return
        for each in resolutions(orjson.loads(value), lambda cause: _is_of(sources, cause)):
            self._resolution.labels(each.severity, each.category).observe(each.seconds)

    def set_rule_rates(self, rates: Mapping[str, float]) -> None:
        """Replace the success rates of remediation rules, by ``name@version``; their attempts begin at zero."""
        self._rates.clear()
        for rule_id, rate in rates.items():
            self._rates.labels(rule_id).set(rate)
            for effect in Effect:
                self._attempts.labels(rule_id, effect.value)

    def take_receipt(self, receipt: dict[str, Any]) -> None:
        """Count a rule's part in a committed repair."""
        self._attempts.labels(f"{receipt['rule']}@{receipt['version']}", receipt["effect"]).inc()

    def take_tally(self, tally: dict[str, Any]) -> None:
        """Count what a committed transaction did.

        A failing trace passes through several lanes: that it failed, why and how soon is counted where it was detected.
        """
        detects = tally["lane"] == DETECTOR
        for row in tally["counts"]:
            self._processed.labels(row["outcome"]).inc(row["records"])
            if row["outcome"] == Outcome.DEAD_LETTERED:
                self._dead.labels(row["reason"]).inc(row["records"])
        for member, number in tally.get("unknown", {}).items():
            self._unknown.labels(member).inc(number)
        if not detects:
            return
        self._invalid.take(tally["counts"], tally["at"])
        for row in tally["issues"]:
            category = CLASSIFICATION[IssueCode(row["code"])].category
            self._issues.labels(row["severity"], category.value, row["code"]).inc(row["issues"])
        self._latency.add(Histogram.from_json(tally["latency_ms"]))


class LaneTelemetry:
    """:class:`assay.agents.lanes.events.LaneEvents` of one lane, into the process's metrics."""

    def __init__(self, telemetry: Telemetry, lane: str) -> None:
        self._telemetry = telemetry
        self._lane = lane

    def committed(self, sources: Sequence[SourceRange], outgoing: Sequence[Outgoing], seconds: float) -> None:
        """See :class:`LaneEvents`."""
        self._telemetry._batch.labels(self._lane).observe(seconds)  # noqa: SLF001 - the same module's other half
        for record in outgoing:
            if record.role is TopicRole.TALLIES:
                self._telemetry.take_tally(orjson.loads(record.value or b"{}"))
            elif record.role is TopicRole.RECEIPTS:
                self._telemetry.take_receipt(orjson.loads(record.value or b"{}"))
            elif record.role is TopicRole.ISSUE_GROUPS:
                self._telemetry.take_group(record.value or b"", sources)
            elif record.role is TopicRole.ESCALATIONS:
                self._telemetry.escalations.take(record.value or b"{}")
            elif record.role is TopicRole.REFUSED:
                self._telemetry._refused.labels(self._lane).inc()  # noqa: SLF001 - as above

    def rebuilt(self, slot: int, cause: str) -> None:  # noqa: ARG002 - slots are no label: too many
        """See :class:`LaneEvents`."""
        self._telemetry._rebuilds.labels(self._lane, cause).inc()  # noqa: SLF001 - as above

    def data_lost(self, topic: str, partition: int, records: int) -> None:  # noqa: ARG002 - logged by the lane
        """See :class:`LaneEvents`."""
        self._telemetry._lost.labels(self._lane).inc(records)  # noqa: SLF001 - as above


def _is_of(sources: Sequence[SourceRange], cause: str) -> bool:
    source = Source.parse(cause)
    return any(
        (source.topic, source.partition) == (each.topic, each.partition)
        and each.first <= source.offset < each.next
        for each in sources
    )


def _counter(metric: Metric, registry: CollectorRegistry) -> Counter:
    return Counter(metric.name, metric.help, metric.labels, registry=registry)
