"""What operators see of escalation: the steps that were taken, asked for and skipped (DESIGN 11; S0-184)."""

from dataclasses import replace

import orjson
import pytest
from prometheus_client import CollectorRegistry

from assay.agents.escalation_steps import EscalationSteps
from assay.agents.lanes.step import SourceRange
from assay.agents.policy_files import load_policies
from assay.agents.settings import load_settings
from assay.agents.telemetry import Telemetry
from assay.pipeline.core.issue import Severity
from assay.pipeline.core.outgoing import Outgoing
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.escalate.event import SCHEMA
from assay.pipeline.policy.bundle import Bundle

NAME = "escalation_steps_total"
SOURCES = [SourceRange("quality.issue_groups", 0, 0, 1, 1)]


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return load_policies(load_settings())


def an_event(chain: str, step: int, kind: str = "step", schema: str = SCHEMA) -> Outgoing:
    value = orjson.dumps({"schema": schema, "kind": kind, "chain": chain, "step": step})
    return Outgoing(TopicRole.ESCALATIONS, None, b"k", value, [], None)


def taken(telemetry: Telemetry, *events: Outgoing) -> None:
    telemetry.for_lane("escalation").committed(SOURCES, events, 0.1)


def value(telemetry: Telemetry, chain: str, step: str, outcome: str) -> float | None:
    return telemetry.registry.get_sample_value(NAME, {"chain": chain, "step": step, "outcome": outcome})


@pytest.mark.parametrize(
    ("chain", "step", "outcome"),
    [
        ("critical", "0", "step"),
        ("critical", "1", "skipped"),
        ("critical", "2", "confirmation"),
        ("high", "2", "step"),
        ("security", "1", "step"),
        ("compliance", "1", "step"),
        ("volume", "0", "step"),
        ("none", "none", "stopped"),
    ],
)
def test_every_step_of_the_matrix_starts_at_zero(bundle: Bundle, chain: str, step: str, outcome: str) -> None:
    """D-04: a counter that is born with its first step hides it. S0-170 … S0-179, S0-183."""
    telemetry = Telemetry(CollectorRegistry(), ["escalation"])
    telemetry.escalations.use(bundle)
    assert value(telemetry, chain, step, outcome) == 0


def test_a_step_that_nobody_has_to_confirm_promises_no_confirmation(bundle: Bundle) -> None:
    """D-20."""
    telemetry = Telemetry(CollectorRegistry(), ["escalation"])
    telemetry.escalations.use(bundle)
    assert value(telemetry, "critical", "1", "confirmation") is None


def test_steps_are_counted_when_they_are_committed() -> None:
    """S0-181."""
    telemetry = Telemetry(CollectorRegistry(), ["escalation"])
    taken(
        telemetry, an_event("critical", 1), an_event("critical", 1), an_event("critical", 2, "confirmation")
    )
    taken(telemetry, an_event("", 0, "stopped"))
    assert value(telemetry, "critical", "1", "step") == 2
    assert value(telemetry, "critical", "2", "confirmation") == 1
    assert value(telemetry, "none", "none", "stopped") == 1


def test_the_volume_of_a_group_that_lives_long_makes_no_new_series() -> None:
    """D-13: its steps are numbered without end."""
    telemetry = Telemetry(CollectorRegistry(), ["escalation"])
    taken(telemetry, *(an_event("volume", number) for number in range(9)))
    assert value(telemetry, "volume", "0", "step") == 9
    assert value(telemetry, "volume", "1", "step") is None


def test_a_task_that_was_assigned_is_no_step() -> None:
    """It is told on the same topic (S0-144)."""
    telemetry = Telemetry(CollectorRegistry(), ["manual_remediation"])
    taken(telemetry, an_event("critical", 0, schema="assay/task_assigned/1-0-0"))
    assert value(telemetry, "critical", "0", "step") is None


def test_a_new_bundles_chains_start_at_zero_too(bundle: Bundle) -> None:
    telemetry = EscalationSteps(registry := CollectorRegistry())
    chain = bundle.escalation.chains[Severity.HIGH]
    longer = replace(chain, steps=(*chain.steps, chain.steps[-1]))
    matrix = replace(bundle.escalation, chains={**bundle.escalation.chains, Severity.HIGH: longer})
    telemetry.use(bundle)
    labels = {"chain": "high", "step": str(len(chain.steps)), "outcome": "step"}
    assert registry.get_sample_value(NAME, labels) is None
    telemetry.use(replace(bundle, escalation=matrix))
    assert registry.get_sample_value(NAME, labels) == 0
