"""Metrics of the API process."""

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from assay.agents.api_keys.key import Judgement
from assay.pipeline.core import metrics

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 10.0)
CONTENT_TYPE = CONTENT_TYPE_LATEST


class ApiTelemetry:
    """Requests, how long they took, and who was not let in."""

    def __init__(self, registry: CollectorRegistry) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for every counter, which nobody asks for
        self.registry = registry
        requests, seconds, refused = metrics.HTTP_REQUESTS, metrics.HTTP_SECONDS, metrics.KEYS_REFUSED
        self._requests = Counter(requests.name, requests.help, requests.labels, registry=registry)
        self._seconds = Histogram(
            seconds.name, seconds.help, seconds.labels, registry=registry, buckets=SECONDS
        )
        self._refused = Counter(refused.name, refused.help, refused.labels, registry=registry)
        for why in Judgement:
            if why is not Judgement.GOOD:
                self._refused.labels(why.value)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request ended."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def refused(self, why: Judgement) -> None:
        """A key was not good."""
        self._refused.labels(why.value).inc()

    def text(self) -> bytes:
        """For Prometheus."""
        return generate_latest(self.registry)
