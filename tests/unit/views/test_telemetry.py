"""How much is contained, for how long, and whether the views stand (DESIGN 11)."""

from prometheus_client import CollectorRegistry

from assay.agents.stores.view_reader import Extent
from assay.agents.views.specs import OF_AGENT, VIEWS
from assay.agents.views.telemetry import ViewsTelemetry
from assay.pipeline.core.metrics import VIEW_METRICS

NOW_MS = 1_800_000_000_000


def test_every_name_is_there_from_the_start_at_zero() -> None:
    """D-04."""
    registry = CollectorRegistry()
    ViewsTelemetry(registry, [*OF_AGENT])
    assert {family.name for family in registry.collect()} == {metric.name for metric in VIEW_METRICS}
    assert registry.get_sample_value("quarantine_records") == 0
    assert registry.get_sample_value("quarantine_oldest_age_seconds") == 0
    for view in VIEWS:
        assert registry.get_sample_value("view_available", {"view": view}) == 0


def test_a_process_vouches_for_its_own_views_only() -> None:
    registry = CollectorRegistry()
    ViewsTelemetry(registry, ["quarantine"])
    assert registry.get_sample_value("view_available", {"view": "quarantine"}) == 0
    assert registry.get_sample_value("view_available", {"view": "counters"}) is None


def test_the_oldest_contained_trace_ages() -> None:
    """S0-89."""
    registry = CollectorRegistry()
    telemetry = ViewsTelemetry(registry, ["quarantine"])
    telemetry.contained(Extent(3, NOW_MS - 90_500), NOW_MS)
    assert registry.get_sample_value("quarantine_records") == 3
    assert registry.get_sample_value("quarantine_oldest_age_seconds") == 90.5
    telemetry.contained(Extent(0, None), NOW_MS)
    assert registry.get_sample_value("quarantine_records") == 0
    assert registry.get_sample_value("quarantine_oldest_age_seconds") == 0


def test_a_producers_clock_that_is_ahead_makes_no_negative_age() -> None:
    registry = CollectorRegistry()
    telemetry = ViewsTelemetry(registry, ["quarantine"])
    telemetry.contained(Extent(1, NOW_MS + 5000), NOW_MS)
    assert registry.get_sample_value("quarantine_oldest_age_seconds") == 0


def test_a_view_that_cannot_be_reached_shows() -> None:
    registry = CollectorRegistry()
    telemetry = ViewsTelemetry(registry, ["quarantine"])
    telemetry.stands("quarantine", available=True)
    assert registry.get_sample_value("view_available", {"view": "quarantine"}) == 1
    telemetry.stands("quarantine", available=False)
    assert registry.get_sample_value("view_available", {"view": "quarantine"}) == 0
