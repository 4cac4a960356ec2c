"""What operators see of remediation rules: attempts that were committed, and the rates that decide (DESIGN 11)."""

import orjson
from prometheus_client import CollectorRegistry

from assay.agents.lanes.step import SourceRange
from assay.agents.telemetry import Telemetry
from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.topics import TopicRole

SOURCES = [SourceRange("traces.classified", 0, 0, 1, 1)]


def a_receipt(effect: str) -> Outgoing:
    value = orjson.dumps({"rule": "fill_in", "version": "1", "effect": effect})
    return Outgoing(TopicRole.RECEIPTS, None, b"k", value, [], None)


def test_attempts_are_counted_when_they_are_committed() -> None:
    """S0-125, S0-127."""
    telemetry = Telemetry(CollectorRegistry(), ["auto_remediation"])
    telemetry.set_rule_rates({"fill_in@1": 0.98})
    attempts = "remediation_attempts_total"
    assert telemetry.registry.get_sample_value(attempts, {"rule": "fill_in@1", "result": "missed"}) == 0
    receipts = [a_receipt("fixed"), a_receipt("missed"), a_receipt("fixed")]
    telemetry.for_lane("auto_remediation").committed(SOURCES, receipts, 0.1)
    assert telemetry.registry.get_sample_value(attempts, {"rule": "fill_in@1", "result": "fixed"}) == 2
    assert telemetry.registry.get_sample_value(attempts, {"rule": "fill_in@1", "result": "missed"}) == 1


def test_the_rate_of_a_rule_that_is_gone_is_gone() -> None:
    telemetry = Telemetry(CollectorRegistry(), ["auto_remediation"])
    telemetry.set_rule_rates({"fill_in@1": 0.98})
    telemetry.set_rule_rates({"fill_in@2": 0.97})
    value = telemetry.registry.get_sample_value
    assert value("remediation_success_ratio", {"rule": "fill_in@1"}) is None
    assert value("remediation_success_ratio", {"rule": "fill_in@2"}) == 0.97
