"""What an audit found, as a file for Prometheus: a batch job has no page that could be scraped."""

from pathlib import Path

from prometheus_client import CollectorRegistry, Gauge, write_to_textfile

from assay.pipeline.core import metrics
from assay.pipeline.core.clock import NANOS_PER_SECOND
from assay.pipeline.core.errors import DependencyUnavailableError
from assay.pipeline.core.metrics import Metric

from .audit import AuditReport
from .audit.finding import FindingKind


def audit_registry(report: AuditReport, now_ns: int) -> CollectorRegistry:
    """The metrics of a finished audit; every kind of finding is named, those that were not made with zero."""
    registry = CollectorRegistry()
    _gauge(metrics.UNACCOUNTED, registry).set(report.counts.get(FindingKind.MISSING, 0))
    findings = _gauge(metrics.AUDIT_FINDINGS, registry)
    for kind in FindingKind:
        findings.labels(kind.value).set(report.counts.get(kind, 0))
    _gauge(metrics.AUDIT_TIME, registry).set(now_ns / NANOS_PER_SECOND)
    return registry


def write_audit_metrics(report: AuditReport, path: Path, now_ns: int) -> None:
    """Replace the file in one step, as the node exporter's textfile collector wants it.

    Raises :class:`DependencyUnavailableError` when it cannot be written.
    """
    try:
        write_to_textfile(str(path), audit_registry(report, now_ns))
    except OSError as error:
        raise DependencyUnavailableError(f"{path} cannot be written ({type(error).__name__})") from error


def _gauge(metric: Metric, registry: CollectorRegistry) -> Gauge:
    return Gauge(metric.name, metric.help, metric.labels, registry=registry)
