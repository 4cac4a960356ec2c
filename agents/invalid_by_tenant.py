"""``invalid_traces_total``: who sends what does not pass, without a series for each of ten thousand tenants (S0-192, D-06)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from prometheus_client import CollectorRegistry
from prometheus_client import Counter as PrometheusCounter

from assay.pipeline.core.metrics import INVALID_TRACES
from assay.pipeline.core.outcome import Outcome
from assay.pipeline.monitoring import TopLabels

MOST_TENANTS = 50
OTHER_TENANTS = "_other"
HOUR_LENGTH = len("2000-01-01T00")
"""Of a time in RFC 3339."""


class InvalidByTenant:
    """The counter. Tenants that most of it comes from have a label, the rest are one."""

    def __init__(self, registry: CollectorRegistry) -> None:
        metric = INVALID_TRACES
        self._total = PrometheusCounter(metric.name, metric.help, metric.labels, registry=registry)
        self._total.labels(OTHER_TENANTS)
        self._top = TopLabels(MOST_TENANTS)
        self._hour = ""

    def take(self, rows: Sequence[Mapping[str, Any]], at: str) -> None:
        """Count the rows of a tally of the detector; ``at``, its time, tells when an hour is over."""
        if at[:HOUR_LENGTH] != self._hour:
            self._hour = at[:HOUR_LENGTH]
            self._top.fade()
        invalid: Counter[str] = Counter()
        for row in rows:
            if self._top.meet(row["tenant"]):
                self._total.labels(row["tenant"])
            if row["outcome"] != Outcome.VALID:
                invalid[row["tenant"]] += row["records"]
        for tenant in self._top.take(invalid):
            self._total.remove(tenant)
        for tenant, records in invalid.items():
            self._total.labels(tenant if tenant in self._top.labelled else OTHER_TENANTS).inc(records)
