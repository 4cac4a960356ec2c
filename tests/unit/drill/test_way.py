"""What a drill refuses to write, and what it takes for the end of a trace (S0-199 … S0-204)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from assay.agents.drill.stage import Stage
from assay.agents.drill.way import contained, detected, planned, repaired
from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.issue import Severity
from assay.pipeline.core.record import Source
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.drill import Drill, StepName, StepVerdict, Why
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.classification import CodePolicy, Mode
from assay.pipeline.policy.drill_rules import DrillRules

from .conftest import TENANT, Theatre


async def failure(stage: Stage, work: Any) -> Why | None:
    await stage.step(StepName.DETECTED, work)
    step = stage.steps[-1]
    assert (step.verdict is StepVerdict.FAILED) is (step.why is not None)
    return step.why


@pytest.mark.parametrize("drill", [*Drill])
async def test_what_ships_can_be_drilled(theatre: Theatre, drill: Drill) -> None:
    stage = theatre.stage(drill)
    assert await failure(stage, planned) is None
    assert sum(stage.groups.values()) == len(stage.traces)


def classified(bundle: Bundle, code: IssueCode, **change: Any) -> Mapping[IssueCode, CodePolicy]:
    return {**bundle.classification, code: replace(bundle.classification[code], **change)}


async def test_a_trace_that_the_bundle_would_let_pass_is_never_written(
    theatre: Theatre, bundle: Bundle
) -> None:
    """It would reach consumers as a valid one."""
    lenient = classified(bundle, IssueCode.SECURITY_PII_EMAIL, mode=Mode.WARN)
    assert (
        await failure(theatre.stage(Drill.CRITICAL, classification=lenient), planned) is Why.NOT_AS_EXPECTED
    )


async def test_a_critical_drill_needs_a_critical_issue(theatre: Theatre, bundle: Bundle) -> None:
    milder = classified(bundle, IssueCode.SECURITY_PII_EMAIL, severity=Severity.HIGH)
    assert await failure(theatre.stage(Drill.CRITICAL, classification=milder), planned) is Why.NOT_AS_EXPECTED


async def test_on_a_topic_that_belongs_to_a_tenant_nothing_is_written(
    theatre: Theatre, bundle: Bundle
) -> None:
    """Never a record that would be somebody else's."""
    binding = replace(bundle.bindings["traces.raw"], tenant="acme")
    stage = theatre.stage(Drill.CRITICAL, bindings={"traces.raw": binding})
    assert await failure(stage, planned) is Why.OTHER_TENANT


async def test_a_tenant_that_the_schemas_do_not_take_is_no_tenant_for_drills(theatre: Theatre) -> None:
    stage = theatre.stage(Drill.CRITICAL, drill=DrillRules("drills"))
    assert await failure(stage, planned) is Why.NOT_AS_EXPECTED


def ended(theatre: Theatre, stage: Stage, *roles: TopicRole) -> None:
    """The first trace ended on the first of these topics, and so on."""
    stage.sources = [Source("traces.raw", 0, offset) for offset in range(len(roles))]
    for source, role in zip(stage.sources, roles, strict=True):
        headers = [("assay-src", str(source).encode()), ("assay-reason", b"repaired")]
        theatre.watch.put(role, "", headers=headers)


async def test_detection_that_does_not_come_is_too_long(theatre: Theatre) -> None:
    """S0-200."""
    stage = theatre.stage(Drill.CRITICAL)
    stage.sources = [Source("traces.raw", 0, 0)]
    assert await failure(stage, detected) is Why.TOO_SLOW
    ended(theatre, stage, TopicRole.INVALID)
    assert await failure(stage, detected) is None


async def test_containment_is_quarantine_and_nothing_else(theatre: Theatre) -> None:
    """S0-202."""
    stage = theatre.stage(Drill.CRITICAL)
    ended(theatre, stage, TopicRole.QUARANTINE)
    assert await failure(stage, contained) is None
    theatre.watch.records.clear()
    ended(theatre, stage, TopicRole.REMEDIATED)
    assert await failure(stage, contained) is Why.WRONG_OUTCOME
    assert "1 remediated (repaired)" in stage.steps[-1].detail


@pytest.mark.parametrize(("repairs", "why"), [(20, None), (19, None), (18, Why.BELOW_RATE)])
async def test_more_than_nine_of_ten_repairs_must_succeed(
    theatre: Theatre, repairs: int, why: Why | None
) -> None:
    """S0-204: 0.9 itself is not enough."""
    stage = theatre.stage(Drill.REMEDIATION)
    ended(theatre, stage, *[TopicRole.REMEDIATED] * repairs, *[TopicRole.DEAD_LETTER] * (20 - repairs))
    assert await failure(stage, repaired) is why


def test_the_tenant_of_the_tests_is_the_one_that_ships(bundle: Bundle) -> None:
    assert bundle.drill.tenant == TENANT
