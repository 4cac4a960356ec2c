"""Metrics of the process that keeps the views."""

from prometheus_client import CollectorRegistry, Gauge

from assay.pipeline.core import metrics
from assay.pipeline.views.quality import QualityMetric

from .monitor import Looked


class ViewsTelemetry:
    """What the quality monitor saw, for Prometheus; every name starts at zero."""

    def __init__(self, registry: CollectorRegistry) -> None:
        quality = metrics.QUALITY
        self._quality = Gauge(quality.name, quality.help, quality.labels, registry=registry)
        for name in QualityMetric:
            self._quality.labels(name.value)

    def looked(self, looked: Looked) -> None:
        """Take over the last look."""
        for name, value in looked.metrics.items():
            self._quality.labels(name.value).set(value)
