"""Whom the policy calls, and when: what an escalation is compared with (S0-206)."""

from dataclasses import replace

from assay.pipeline.core.issue import Category, Severity
from assay.pipeline.drill import Call, calls_at_once, next_after_s, traces_needed, volume_call
from assay.pipeline.policy.escalation import Chain, ChainStep, Confirm, EscalationLevel, EscalationMatrix
from assay.pipeline.policy.escalation_shipped import SHIPPED


def matrix(*steps: ChainStep) -> EscalationMatrix:
    return EscalationMatrix(chains={Severity.CRITICAL: Chain("critical", 1, steps)})


def step(after_s: int, confirm: Confirm = Confirm.NOT_NEEDED) -> ChainStep:
    return ChainStep(after_s, ("cto",), EscalationLevel.EXECUTIVE, "why", confirm, ("lead",))


def test_the_chain_of_the_severity_and_the_overlay_of_the_category_call_at_once() -> None:
    """S0-170, S0-176, S0-178."""
    assert calls_at_once(SHIPPED, Severity.CRITICAL, Category.SECURITY) == (
        Call("step", "critical", 0, ("on_call_engineer", "platform_lead")),
        Call("step", "security", 0, ("security_team", "ciso")),
    )
    assert [call.chain for call in calls_at_once(SHIPPED, Severity.CRITICAL, Category.SCHEMA)] == ["critical"]
    assert calls_at_once(SHIPPED, Severity.HIGH, Category.SCHEMA) == ()


def test_a_step_that_wants_a_persons_word_only_asks() -> None:
    """D-20."""
    asked = calls_at_once(matrix(step(0, Confirm.REQUIRED)), Severity.CRITICAL, Category.SCHEMA)
    assert asked == (Call("confirmation", "critical", 0, ("lead",)),)


def test_the_next_step_is_the_first_of_all_chains() -> None:
    """S0-171, S0-179."""
    assert next_after_s(SHIPPED, Severity.CRITICAL, Category.COMPLIANCE) == 15 * 60
    assert next_after_s(matrix(step(0), step(300)), Severity.CRITICAL, Category.SCHEMA) == 300
    assert next_after_s(matrix(step(0)), Severity.CRITICAL, Category.SCHEMA) is None


def test_one_more_than_the_rule_on_volume_allows_is_called_about() -> None:
    """S0-183."""
    assert traces_needed(SHIPPED) == 11
    assert volume_call(SHIPPED, 10) is None
    assert volume_call(SHIPPED, 11) == Call("step", "volume", 0, ("engineering_manager",))


def test_a_rule_that_asks_for_very_many_is_not_drilled() -> None:
    assert SHIPPED.volume is not None
    many = replace(SHIPPED, volume=replace(SHIPPED.volume, more_than=5000))
    assert traces_needed(many) == 1
    assert traces_needed(replace(SHIPPED, volume=None)) == 1
    assert volume_call(many, 1) is None
