"""Metrics of the process that keeps the views."""

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Gauge

from assay.agents.stores.view_reader import Extent
from assay.pipeline.core import metrics
from assay.pipeline.core.metrics import Metric
from assay.pipeline.policy.quality_rules import QualityMetric

from .monitor import Looked
from .specs import OF_AGENT, QUARANTINE_AGENT, VIEWS_AGENT


class ViewsTelemetry:
    """What the quality monitor saw, how the views stand and what is contained; every name starts at zero."""

    def __init__(self, registry: CollectorRegistry, agents: Sequence[str]) -> None:
        """``agents``: those of the process that keep views.

        What one agent alone can tell is exported by its process alone: the zero of another would be a second answer.
        """
        monitors = registry if VIEWS_AGENT in agents else None
        contains = registry if QUARANTINE_AGENT in agents else None
        self._quality = _gauge(metrics.QUALITY, monitors)
        for name in QualityMetric:
            self._quality.labels(name.value)
        self._records = _gauge(metrics.QUARANTINE_RECORDS, contains)
        self._oldest = _gauge(metrics.QUARANTINE_OLDEST, contains)
        self._available = _gauge(metrics.VIEW_AVAILABLE, registry)
        for agent in agents:
            for view in OF_AGENT[agent]:
                self._available.labels(view)

    def looked(self, looked: Looked) -> None:
        """Take over the last look."""
        for name, value in looked.metrics.items():
            self._quality.labels(name.value).set(value)

    def contained(self, found: Extent, now_ms: int) -> None:
        """Take over what lies in quarantine, by its view."""
        age_ms = 0 if found.oldest is None else max(now_ms - found.oldest, 0)
        self._records.set(found.documents)
        self._oldest.set(age_ms / 1000)

    def stands(self, view: str, *, available: bool) -> None:
        """Whether a view takes what it is given."""
        self._available.labels(view).set(available)


def _gauge(metric: Metric, registry: CollectorRegistry | None) -> Gauge:
    return Gauge(metric.name, metric.help, metric.labels, registry=registry)
