"""Alerts about Assay's own work: what stands still, what is late, what is lost."""

from ..core.metrics import AUDIT_FINDINGS as FINDINGS
from ..core.metrics import AUDIT_TIME as AUDITED
from ..core.metrics import (
    BATCH_SECONDS,
    DATA_LOST,
    LAG_RECORDS,
    REBUILDS,
    UNACCOUNTED,
    VIEW_AVAILABLE,
)
from .alerts_of_traces import LEAST_TRACES
from .expressions import DETECTED_LATE, JUDGED, risen
from .pace import HOUR_S, MINUTE_S, Pace, duration
from .rule import Alert, AlertSeverity

WORKERS = 'up{job="assay"}'
AUDIT_EVERY_S = 26 * HOUR_S
"""A day, and room for one that started late."""
LAG_RECORDS_MOST = 1000
"""A batch of records: what is less is on its way."""


def alerts_of_flow(pace: Pace) -> tuple[Alert, ...]:
    """In the order of the page of runbooks."""
    return (
        Alert(
            "UnaccountedTraces",
            f"max({UNACCOUNTED.name}) > 0",
            AlertSeverity.CRITICAL,
            "Traces have no outcome",
            "The audit found traces below the committed offset without an outcome. Stop nothing and delete nothing: the "
            "topics are the evidence.",
        ),
        Alert(
            "AuditFindings",
            f'sum by (kind) ({FINDINGS.name}{{kind!="missing"}}) > 0',
            AlertSeverity.CRITICAL,
            "The books do not balance",
            "The audit has findings of kind {{ $labels.kind }}.",
        ),
        Alert(
            "AuditOverdue",
            f"time() - max({AUDITED.name}) > {AUDIT_EVERY_S} or absent({AUDITED.name})",
            AlertSeverity.WARNING,
            "Nobody has audited for more than a day",
            "While nobody audits, no alert can tell that traces are unaccounted for.",
            for_s=HOUR_S,
        ),
        Alert(
            "DataLost",
            f"sum by (lane) (\n  {risen(DATA_LOST.name, 10 * MINUTE_S, HOUR_S)}\n) > 0",
            AlertSeverity.CRITICAL,
            "Retention removed records before they were read",
            "Lane {{ $labels.lane }}. Make the topic's retention longer first.",
        ),
        Alert(
            "WorkerDown",
            f"{WORKERS} == 0",
            AlertSeverity.CRITICAL,
            "A worker process does not answer",
            "Prometheus cannot read /metrics of {{ $labels.instance }}. What it did is done by others of its group, if there are any.",
            for_s=2 * pace.scrape_s,
        ),
        Alert(
            "NoWorkers",
            f"absent({WORKERS})",
            AlertSeverity.CRITICAL,
            "Prometheus knows of no worker",
            "There is no target of job assay: nothing that Assay does is seen, and no other alert can fire.",
            for_s=5 * MINUTE_S,
        ),
        Alert(
            "ConsumerStalled",
            f"sum by (lane) ({LAG_RECORDS.name}) > 0\n"
            f"and sum by (lane) (increase({BATCH_SECONDS.name}_count[5m])) == 0",
            AlertSeverity.CRITICAL,
            "A lane has records to read and commits nothing",
            "Lane {{ $labels.lane }} has committed no batch for five minutes. Nothing is lost.",
            for_s=5 * MINUTE_S,
        ),
        Alert(
            "TracesStopped",
            f"sum(rate({JUDGED}[10m])) == 0\nand sum(increase({JUDGED}[1h] offset 10m)) >= {LEAST_TRACES}",
            AlertSeverity.WARNING,
            "No trace has been judged for ten minutes",
            "There were traces in the hour before. Either producers have stopped, or Kafka does not answer.",
            for_s=5 * MINUTE_S,
        ),
        Alert(
            "LagGrows",
            f"max by (lane, partition) (min_over_time({LAG_RECORDS.name}[15m])) > {LAG_RECORDS_MOST}\n"
            f"and max by (lane, partition) (deriv({LAG_RECORDS.name}[15m])) > 0",
            AlertSeverity.WARNING,
            "A lane falls behind",
            "Partition {{ $labels.partition }} of lane {{ $labels.lane }} has had a batch or more to read for a quarter "
            "of an hour, and it becomes more.",
            for_s=15 * MINUTE_S,
        ),
        Alert(
            "DetectionSlow",
            f"{DETECTED_LATE} > 0.01",
            AlertSeverity.WARNING,
            "Traces are judged late",
            "More than one in a hundred is judged later than 10 seconds after its own time.",
            for_s=5 * MINUTE_S,
        ),
        Alert(
            "ProducersRebuilt",
            f"sum by (lane, cause) (increase({REBUILDS.name}[15m])) > 5",
            AlertSeverity.WARNING,
            "Transactions keep ending in the unknown",
            "Lane {{ $labels.lane }}, cause {{ $labels.cause }}: each was settled by a new producer, and nothing is lost.",
        ),
        Alert(
            "RedisDegraded",
            f"min by (view) ({VIEW_AVAILABLE.name}) == 0",
            AlertSeverity.WARNING,
            "A view is not kept up to date",
            "View {{ $labels.view }}. Traces flow on; what is shown of them is old.",
            for_s=max(MINUTE_S, 2 * pace.scrape_s),
        ),
        Alert(
            "Watchdog",
            "vector(1)",
            AlertSeverity.NONE,
            "Alerts arrive",
            f"Always firing, evaluated every {duration(pace.scrape_s)}. Whoever expects it must call when it ends.",
        ),
    )
