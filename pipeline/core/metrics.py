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

METRICS = (
    TRACES_PROCESSED,
    INVALID_TRACES,
    ISSUES_DETECTED,
    UNKNOWN_WORDS,
    DETECTION_SECONDS,
    DEAD_LETTERS,
    BATCH_SECONDS,
    LAG_RECORDS,
    REBUILDS,
    DATA_LOST,
    BUNDLE_TIME,
    BUNDLES_ACTIVATED,
    BUNDLES_REFUSED,
)
