"""Metrics of the feed."""

from prometheus_client import CollectorRegistry, Gauge

from assay.pipeline.core import metrics


class FeedTelemetry:
    """Clients, and what was dropped because they were slow (S3-64, S3-65)."""

    def __init__(self, registry: CollectorRegistry) -> None:
        active, drops = metrics.WEBSOCKET_CONNECTIONS, metrics.WEBSOCKET_DROPS
        self.active = Gauge(active.name, active.help, registry=registry)
        # A counter of the library would be named …_total.
        self.drops = Gauge(drops.name, drops.help, registry=registry)
