"""Whether the right people were called, once, through the right channels (S0-201, S0-206)."""

from collections.abc import Iterable
from typing import Any

import orjson
import pytest

from assay.agents.drill.people import escalated, notified, tell
from assay.agents.drill.stage import Stage
from assay.agents.drill.way import planned
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.drill import Drill, StepName, StepVerdict, Why
from assay.pipeline.issues import Happening
from assay.pipeline.notify.answer import Reason
from assay.pipeline.notify.attempt import Attempt, Result, outgoing
from assay.pipeline.policy.escalation import EscalationMatrix

from .conftest import Theatre

CRITICAL = ("critical", 0, ["on_call_engineer", "platform_lead"])
COMPLIANCE = ("compliance", 0, ["compliance_officer", "legal_team"])
VOLUME = ("volume", 0, ["engineering_manager"])
ALL = (CRITICAL, COMPLIANCE, VOLUME)
Called = tuple[str, int, list[str]]


async def called(theatre: Theatre, calls: Iterable[Called], **changes: Any) -> Stage:
    """An escalation drill of which these steps were seen."""
    stage = theatre.stage(Drill.ESCALATION, **changes)
    await stage.step(StepName.PLANNED, planned)
    (key,) = stage.groups
    for number, (chain, step, roles) in enumerate(calls):
        headers = [("ce_type", b"assay.escalation.step.v1"), ("ce_id", b"e%d" % number)]
        value = orjson.dumps({"chain": chain, "step": step, "roles": roles})
        theatre.watch.put(TopicRole.ESCALATIONS, key, value, headers)
    return stage


@pytest.mark.parametrize(
    ("calls", "why"),
    [
        (ALL, None),
        ((CRITICAL, COMPLIANCE), Why.TOO_SLOW),
        ((), Why.TOO_SLOW),
        ((*ALL, CRITICAL), Why.CALLED_TWICE),
        ((*ALL, ("critical", 1, ["cto"])), Why.WRONG_CALL),
        ((CRITICAL, ("compliance", 0, ["ceo"]), VOLUME), Why.TOO_SLOW),
    ],
)
async def test_those_are_called_whom_the_policy_names_and_each_once(
    theatre: Theatre, calls: tuple[Called, ...], why: Why | None
) -> None:
    """S0-206, D-12, D-13."""
    stage = await called(theatre, calls)
    await stage.step(StepName.ESCALATED, escalated)
    assert stage.steps[-1].why is why


async def test_a_missing_call_is_named(theatre: Theatre) -> None:
    stage = await called(theatre, (CRITICAL, COMPLIANCE))
    await stage.step(StepName.ESCALATED, escalated)
    assert "volume 0 is missing" in stage.steps[-1].sentence
    assert "is the agent escalation running?" in stage.steps[-1].sentence


async def test_a_policy_that_calls_nobody_sends_no_alert(theatre: Theatre) -> None:
    """S0-201."""
    stage = await called(theatre, (), escalation=EscalationMatrix())
    await stage.step(StepName.ESCALATED, escalated)
    assert stage.steps[-1].why is Why.NOBODY_CALLED


def attempt(event: str, channel: str = "console", result: Result = Result.SENT) -> Attempt:
    reason = Reason.ACCEPTED if result is Result.SENT else Reason.NO_CHANNEL
    return Attempt(event, channel, "f" * 16, result, reason, 1, 1, [channel])


@pytest.mark.parametrize(
    ("attempts", "why"),
    [
        ([attempt("e0"), attempt("e1"), attempt("e2")], None),
        ([attempt("e0"), attempt("e1")], Why.TOO_SLOW),
        ([attempt("e0"), attempt("e1"), attempt("e2", result=Result.FAILED)], Why.TOO_SLOW),
        ([attempt("e0", result=Result.UNDELIVERABLE)], Why.NOT_TOLD),
        ([attempt("e0", "pager")], Why.WRONG_CHANNEL),
        ([attempt("e0"), attempt("e1"), attempt("e2"), attempt("other", "pager")], None),
    ],
)
async def test_every_call_is_told_through_the_drills_channels_and_no_others(
    theatre: Theatre, attempts: list[Attempt], why: Why | None
) -> None:
    """S0-201: nobody is called out of bed by a drill."""
    stage = await called(theatre, ALL)
    for one in attempts:
        written = outgoing(one, 0)
        theatre.watch.put(TopicRole.ESCALATIONS, "k", written.value or b"", written.headers)
    await stage.step(StepName.NOTIFIED, notified)
    assert stage.steps[-1].why is why


async def test_a_command_is_in_the_audit_log_and_names_the_drill(theatre: Theatre) -> None:
    stage = await called(theatre, ())
    (key,) = stage.groups
    await tell(stage, key, Happening.RESOLVE)
    (act,) = theatre.log.acts
    assert (act.actor, act.action, act.target, act.reason) == ("somebody", "issues.resolve", key, "drill d1")
    (record,) = theatre.sent
    assert orjson.loads(record.value or b"")["command"] == "resolve"


async def test_a_group_of_others_is_never_told_anything(theatre: Theatre) -> None:
    stage = await called(theatre, ())
    with pytest.raises(AssertionError):
        await tell(stage, "0" * 16, Happening.RESOLVE)
    assert not theatre.sent
    assert not theatre.log.acts


async def test_a_step_after_one_that_failed_can_still_be_tried(theatre: Theatre) -> None:
    """Clean-up goes on (S0-203)."""
    stage = await called(theatre, ())
    assert not await stage.step(StepName.ESCALATED, escalated)
    assert [step.verdict for step in stage.steps] == [StepVerdict.PASSED, StepVerdict.FAILED]
