"""Metrics of the notifier (OPERATIONS 7.3)."""

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from assay.pipeline.core import metrics
from assay.pipeline.notify.attempt import Attempt, Result
from assay.pipeline.notify.outbox import NO_CHANNEL

SECONDS = (0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0)


class NotifierTelemetry:
    """:class:`assay.agents.notify.events.NotifierEvents`; channels that the policy names start at zero."""

    def __init__(self, registry: CollectorRegistry, channels: Sequence[str] = ()) -> None:
        total, seconds, waiting = metrics.NOTIFIER_METRICS
        self._total = Counter(total.name, total.help, total.labels, registry=registry)
        self._seconds = Histogram(
            seconds.name, seconds.help, seconds.labels, registry=registry, buckets=SECONDS
        )
        self._waiting = Gauge(waiting.name, waiting.help, waiting.labels, registry=registry)
        for channel in (*channels, NO_CHANNEL):
            self._waiting.labels(channel)
            for result in Result:
                self._total.labels(channel, result.value)

    def recorded(self, attempt: Attempt, since_step_s: float) -> None:
        """See :class:`NotifierEvents`."""
        self._total.labels(attempt.channel, attempt.result.value).inc()
        if attempt.result is Result.SENT:
            self._seconds.labels(attempt.channel).observe(since_step_s)

    def waiting(self, channel: str, messages: int) -> None:
        """See :class:`NotifierEvents`."""
        self._waiting.labels(channel).set(messages)
