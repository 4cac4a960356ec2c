"""The metric of the replay agent."""

from prometheus_client import CollectorRegistry, Counter

from assay.pipeline.core import metrics
from assay.pipeline.replay import ReplayDecision


class ReplayTelemetry:
    """:class:`assay.agents.replay.events.ReplayEvents`; every decision starts at zero."""

    def __init__(self, registry: CollectorRegistry) -> None:
        total = metrics.REPLAYED
        self._total = Counter(total.name, total.help, total.labels, registry=registry)
        for decision in ReplayDecision:
            self._total.labels(decision.value)

    def replayed(self, decision: ReplayDecision, traces: int) -> None:
        """See :class:`ReplayEvents`."""
        self._total.labels(decision.value).inc(traces)
