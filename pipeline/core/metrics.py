"""The metrics that Assay exports: one typed list, names and labels (DESIGN 11, S0-192 … S0-194)."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Metric:
    """A Prometheus metric. No label ever holds an id or a value of a trace; tenants are capped."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    labels: tuple[str, ...]
    help: str


TRACES_PROCESSED = Metric(
    "traces_processed_total",
    "counter",
    ("outcome",),
    "Traces that reached this outcome or hop; one that fails reaches several on its way.",
)
INVALID_TRACES = Metric(
    "invalid_traces_total",
    "counter",
    ("tenant_id",),
    "Traces that did not pass, by tenant; the rest as _other.",
)
ISSUES_DETECTED = Metric(
    "invalid_trace_issues_detected_total",
    "counter",
    ("severity", "category", "code"),
    "Issues found, also those of traces that pass with warnings.",
)
UNKNOWN_WORDS = Metric(
    "classifier_unknown_words_total",
    "counter",
    ("member",),
    "Issues whose code, severity or category the classifier did not know and took for the worst.",
)
DETECTION_SECONDS = Metric(
    "trace_detection_seconds", "histogram", (), "From the record's timestamp to its verdict."
)
DEAD_LETTERS = Metric(
    "dead_letters_total", "counter", ("reason",), "Traces that wait for a person, by reason."
)
REMEDIATION_ATTEMPTS = Metric(
    "remediation_attempts_total",
    "counter",
    ("rule", "result"),
    "Repairs that a rule took part in, by name@version: fixed, missed, or unclear because it says nothing of the rule.",
)
REMEDIATION_SUCCESS = Metric(
    "remediation_success_ratio",
    "gauge",
    ("rule",),
    "The rolling success rate of a rule, by name@version; below 0.95 it repairs nothing.",
)
BATCH_SECONDS = Metric(
    "lane_batch_seconds", "histogram", ("lane",), "From a batch's fetch to the commit of its transaction."
)
LAG_RECORDS = Metric(
    "lane_lag_records", "gauge", ("lane", "partition"), "Records that the lane has yet to read."
)
REBUILDS = Metric(
    "lane_producer_rebuilds_total",
    "counter",
    ("lane", "cause"),
    "Transactions of unknown outcome, each a fresh start.",
)
DATA_LOST = Metric(
    "lane_data_lost_records_total",
    "counter",
    ("lane",),
    "Records that retention removed before they were read.",
)
RECORDS_REFUSED = Metric(
    "lane_records_refused_total",
    "counter",
    ("lane",),
    "Records and ticks that a keyed lane set aside on dlq.quality, for an operator to look at.",
)
ISSUE_GROUPS = Metric(
    "invalid_trace_issues",
    "gauge",
    ("severity", "category", "status"),
    "Issue groups by where they stand, of the partitions that this worker has.",
)
ISSUE_RESOLUTION = Metric(
    "issue_resolution_time",
    "histogram",
    ("severity", "category"),
    "Seconds from an issue group's first detection, or reopening, to its resolution.",
)
ESCALATION_STEPS = Metric(
    "escalation_steps_total",
    "counter",
    ("chain", "step", "outcome"),
    "What came of the steps of escalation: taken (step), confirmation asked for, skipped, or the whole stopped.",
)
BUNDLE_TIME = Metric(
    "policy_bundle_active_timestamp_seconds",
    "gauge",
    (),
    "When the bundle in use was activated, in seconds since 1970; 0 = it is the directory's.",
)
BUNDLES_ACTIVATED = Metric(
    "policy_bundles_activated_total",
    "counter",
    (),
    "Bundles taken into use while running; the policy agent counts those that it made active.",
)
BUNDLES_REFUSED = Metric(
    "policy_bundles_refused_total",
    "counter",
    (),
    "Bundles not taken into use: the policy agent's refusals, and what a running worker could not take.",
)
NOTIFICATIONS = Metric(
    "notifications_total",
    "counter",
    ("channel", "outcome"),
    "What came of messages to people, by channel; a digest counts for each step that it tells of.",
)
NOTIFICATION_SECONDS = Metric(
    "notification_seconds",
    "histogram",
    ("channel",),
    "From the step of the escalation to the destination's confirmation.",
)
NOTIFICATIONS_WAITING = Metric(
    "notifications_waiting", "gauge", ("channel",), "Messages that a channel has yet to be told."
)
NOTIFIER_METRICS = (NOTIFICATIONS, NOTIFICATION_SECONDS, NOTIFICATIONS_WAITING)
"""Of the process that runs the notifier."""

QUALITY = Metric(
    "quality_metric",
    "gauge",
    ("metric",),
    "Quality of the last five minutes, by name (S0-75 … S0-79); kept as it was while nothing is processed.",
)
QUARANTINE_RECORDS = Metric(
    "quarantine_records",
    "gauge",
    (),
    "Contained traces that wait for release or expiry, by the view quarantine.",
)
QUARANTINE_OLDEST = Metric(
    "quarantine_oldest_age_seconds",
    "gauge",
    (),
    "How long the oldest of them has been contained; 0 when there is none.",
)
VIEW_AVAILABLE = Metric(
    "view_available",
    "gauge",
    ("view",),
    "1 when this process has found its share of the view in Redis and the view took what it was last given, else 0.",
)
VIEW_METRICS = (QUALITY, QUARANTINE_RECORDS, QUARANTINE_OLDEST, VIEW_AVAILABLE)
"""Of the process that keeps the views."""

REPLAYED = Metric(
    "replayed_total",
    "counter",
    ("result",),
    "Traces that replay jobs are done with, by what became of them: replay, or why it was passed over.",
)
REPLAY_METRICS = (REPLAYED,)
"""Of the process that runs the replay agent."""

UNACCOUNTED = Metric(
    "unaccounted_traces",
    "gauge",
    (),
    "Traces below the committed offset of a lane that have no outcome and are not on their way.",
)
AUDIT_FINDINGS = Metric(
    "audit_findings", "gauge", ("kind",), "What the audit found, by kind; all zero when the books balance."
)
AUDIT_TIME = Metric(
    "audit_finished_timestamp_seconds", "gauge", (), "When the audit ended, in seconds since 1970."
)
AUDIT_METRICS = (UNACCOUNTED, AUDIT_FINDINGS, AUDIT_TIME)
"""Of the last audit: ``assay audit --metrics FILE`` writes them, since no worker can vouch for itself."""

METRICS = (
    TRACES_PROCESSED,
    INVALID_TRACES,
    ISSUES_DETECTED,
    UNKNOWN_WORDS,
    DETECTION_SECONDS,
    DEAD_LETTERS,
    REMEDIATION_ATTEMPTS,
    REMEDIATION_SUCCESS,
    BATCH_SECONDS,
    LAG_RECORDS,
    REBUILDS,
    DATA_LOST,
    RECORDS_REFUSED,
    ISSUE_GROUPS,
    ISSUE_RESOLUTION,
    ESCALATION_STEPS,
    BUNDLE_TIME,
    BUNDLES_ACTIVATED,
    BUNDLES_REFUSED,
)
"""Of every worker process."""

HTTP_REQUESTS = Metric(
    "http_requests_total",
    "counter",
    ("method", "route", "status"),
    "Requests to the API, by the route's pattern; what fits no route is `none`.",
)
HTTP_SECONDS = Metric(
    "http_request_seconds", "histogram", ("route",), "From a request to the end of its answer."
)
KEYS_REFUSED = Metric(
    "api_keys_refused_total",
    "counter",
    ("why",),
    "Requests that were not let in, by what was wrong with the key.",
)
WEBSOCKET_CONNECTIONS = Metric(
    "websocket_connections_active", "gauge", (), "Clients that listen to the live feed of issue groups."
)
WEBSOCKET_DROPS = Metric(
    "websocket_backpressure_drops",
    "gauge",
    (),
    "Updates that slow clients of the live feed did not get, since the process began.",
)
API_METRICS = (HTTP_REQUESTS, HTTP_SECONDS, KEYS_REFUSED, WEBSOCKET_CONNECTIONS, WEBSOCKET_DROPS)
"""Those of `assay serve`."""

ALL_METRICS = (*METRICS, *NOTIFIER_METRICS, *VIEW_METRICS, *REPLAY_METRICS, *AUDIT_METRICS, *API_METRICS)
