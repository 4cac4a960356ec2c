"""What came of messages is counted, from zero (OPERATIONS 7.3)."""

from prometheus_client import CollectorRegistry

from assay.agents.notify.telemetry import NotifierTelemetry
from assay.pipeline.core.metrics import NOTIFIER_METRICS
from assay.pipeline.notify.answer import Reason
from assay.pipeline.notify.attempt import Attempt, Result

from .conftest import START_NS


def attempt(result: Result) -> Attempt:
    return Attempt("e", "pager", "0" * 16, result, Reason.ACCEPTED, 1, START_NS, ("pager",))


def test_every_channel_and_outcome_starts_at_zero() -> None:
    """So that the first undeliverable message is an increase (D-04)."""
    registry = CollectorRegistry()
    NotifierTelemetry(registry, ["pager", "chat"])
    for channel in ("pager", "chat", "none"):
        for result in Result:
            labels = {"channel": channel, "outcome": result.value}
            assert registry.get_sample_value("notifications_total", labels) == 0


def test_what_came_of_it_is_counted_and_only_what_was_sent_is_timed() -> None:
    registry = CollectorRegistry()
    telemetry = NotifierTelemetry(registry, ["pager"])
    for result in (Result.FAILED, Result.SENT, Result.UNDELIVERABLE):
        telemetry.recorded(attempt(result), 3.0)
    telemetry.waiting("pager", 7)
    for result in (Result.FAILED, Result.SENT, Result.UNDELIVERABLE):
        labels = {"channel": "pager", "outcome": result.value}
        assert registry.get_sample_value("notifications_total", labels) == 1
    assert registry.get_sample_value("notification_seconds_count", {"channel": "pager"}) == 1
    assert registry.get_sample_value("notifications_waiting", {"channel": "pager"}) == 7


def test_the_names_are_those_of_the_list() -> None:
    registry = CollectorRegistry()
    NotifierTelemetry(registry, ["pager"])
    served = {family.name for family in registry.collect()}
    assert {metric.name.removesuffix("_total") for metric in NOTIFIER_METRICS} == served
