"""What people say counts at once: acknowledge, confirm, resolve, ignore, reopen (S0-171, S0-172, D-20)."""

from dataclasses import replace

import pytest

from assay.pipeline.core.clock import rfc3339
from assay.pipeline.core.issue import Severity
from assay.pipeline.escalate import Phase, load_state, phase_of
from assay.pipeline.policy.escalation import Chain, ChainStep, Confirm, EscalationLevel
from assay.pipeline.policy.escalation_shipped import SHIPPED

from .conftest import MINUTE_NS, START_NS, World

BOARD = ("ceo", "board_notification")


def phase(world: World) -> Phase:
    assert world.state is not None
    return phase_of(load_state(world.state))


def test_the_board_is_not_called_by_a_clock(world: World) -> None:
    """D-20, S0-172: when its time has come a person is asked, once, and without an answer nothing happens."""
    world.group()
    world.wait(10_000)
    assert world.said()[-1] == ("confirmation", "critical", 2)
    assert world.written[-1].roles == ("incident_commander",)
    assert world.written[-1].calls == BOARD
    assert all(BOARD[0] not in roles for _, roles in world.called())
    assert phase(world) is Phase.AWAITING_CONFIRMATION


def test_a_step_that_waits_for_a_person_does_not_hold_up_the_next_one(world: World) -> None:
    """OPERATIONS 5.3: paused is not ended."""
    critical = Chain(
        "critical",
        1,
        (
            ChainStep(0, ("a",), EscalationLevel.LEAD, "now"),
            ChainStep(300, ("b",), EscalationLevel.LEAD, "asked", Confirm.REQUIRED, ("a",)),
            ChainStep(600, ("c",), EscalationLevel.LEAD, "later"),
        ),
    )
    world.matrix = replace(SHIPPED, chains={**SHIPPED.chains, Severity.CRITICAL: critical})
    world.group()
    world.wait(7)
    assert world.due() == START_NS + 10 * MINUTE_NS
    world.wait(3)
    world.group(confirmed=world.mark())
    assert world.said() == [
        ("step", "critical", 0),
        ("confirmation", "critical", 1),
        ("step", "critical", 2),
        ("step", "critical", 1),
    ]


def test_the_board_is_called_when_a_person_confirms(world: World) -> None:
    world.group()
    world.wait(40)
    (effect,) = world.group(confirmed=world.mark())
    assert (effect.kind, effect.roles) == ("step", BOARD)
    assert phase(world) is Phase.EXHAUSTED
    assert not world.group()


def test_a_confirmation_before_its_time_does_not_bring_the_call_forward(world: World) -> None:
    world.group()
    world.wait(5)
    assert not world.group(confirmed=world.mark())
    world.wait(60)
    assert world.said()[-1] == ("step", "critical", 2)
    assert "confirmation" not in {kind for kind, _, _ in world.said()}
    assert world.called()[-1] == (30, BOARD)


@pytest.mark.parametrize("minutes", [0, 14.9, 15, 29, 31])
def test_acknowledging_stops_it_at_once(world: World, minutes: float) -> None:
    world.group()
    world.wait(minutes)
    before = world.called()
    (effect,) = world.group(acknowledged=world.mark())
    assert (effect.kind, effect.why) == ("stopped", "acknowledged")
    assert set(effect.roles) >= {role for _, roles in before for role in roles}
    assert world.due() is None
    world.wait(10_000)
    assert world.called() == before
    assert phase(world) is Phase.ACKNOWLEDGED


def test_after_acknowledging_neither_numbers_nor_a_confirmation_nor_getting_worse_call_anybody(
    world: World,
) -> None:
    world.group(severity="high")
    world.wait(61)
    world.group(acknowledged=world.mark())
    before = world.called()
    world.issues(50)
    world.group(confirmed=world.mark())
    world.group(severity="critical")
    world.wait(10_000)
    assert world.called() == before


@pytest.mark.parametrize("status", ["resolved", "ignored"])
def test_the_end_of_the_group_is_the_end_of_its_escalation(world: World, status: str) -> None:
    world.group()
    world.wait(1)
    (effect,) = world.group(status=status)
    assert (effect.kind, effect.why) == ("stopped", status)
    assert world.due() is None
    assert not world.issues(100)
    assert not world.wait(10_000)
    assert phase(world) is Phase.CLOSED


def test_who_was_never_called_hears_of_no_end(world: World) -> None:
    world.group(severity="high")
    assert not world.group(status="resolved")


@pytest.mark.parametrize("status", ["triaged", "in_progress"])
def test_work_on_it_does_not_stop_it(world: World, status: str) -> None:
    """Only a person's acknowledgement does: an assignment may be a machine's."""
    world.group()
    world.group(status=status)
    world.wait(15)
    assert world.called()[-1][0] == 15


def test_acknowledged_and_then_resolved_is_told_as_both(world: World) -> None:
    world.group()
    world.group(acknowledged=world.mark())
    world.group(status="resolved")
    world.group(status="resolved")
    assert [effect.why for effect in world.written if effect.kind == "stopped"] == [
        "acknowledged",
        "resolved",
    ]


def test_a_reopened_group_is_escalated_from_its_new_detection(world: World) -> None:
    """Each step once in each episode; times count from the recurrence, not from the year before."""
    world.group()
    world.wait(1)
    world.group(status="resolved")
    world.wait(5000)
    world.group(status="detected", episode=2, opened_at=rfc3339(world.now_ns), acknowledged=None)
    assert [effect.event_id for effect in world.written if effect.kind == "step"] == [
        "0123456789abcdef/critical@1/0/1",
        "0123456789abcdef/critical@1/0/2",
    ]
    world.wait(14)
    assert len(world.called()) == 2
    world.wait(1)
    assert len(world.called()) == 3


def test_an_end_that_nobody_saw_is_told_before_the_new_beginning(world: World) -> None:
    """Resolved and reopened between two looks: the incident of the first time is closed all the same."""
    world.group()
    first, second = world.group(episode=2, opened_at=rfc3339(world.now_ns))
    assert (first.kind, first.why, first.group.episode) == ("stopped", "resolved", 1)
    assert (second.kind, second.group.episode) == ("step", 2)
    assert not world.group(episode=1)


def test_a_chain_is_frozen_when_it_starts(world: World) -> None:
    """An edit of the policy is for groups that start later (OPERATIONS 5.3)."""
    world.group()
    critical = SHIPPED.chains[Severity.CRITICAL]
    edited = replace(critical, version=2, steps=critical.steps[:1])
    world.matrix = replace(SHIPPED, chains={**SHIPPED.chains, Severity.CRITICAL: edited})
    world.wait(15)
    assert world.written[-1].event_id == "0123456789abcdef/critical@1/1/1"
    world.group(episode=2, opened_at=rfc3339(world.now_ns))
    assert world.written[-1].event_id == "0123456789abcdef/critical@2/0/2"


def test_a_fact_that_comes_late_and_was_earlier_brings_the_next_step_forward(world: World) -> None:
    world.group()
    world.group(opened_at=rfc3339(world.now_ns - 5 * MINUTE_NS))
    world.wait(10)
    assert world.said()[-1] == ("step", "critical", 1)


def test_a_detection_ahead_of_the_clock_does_not_put_off_the_first_call(world: World) -> None:
    assert len(world.group(opened_at=rfc3339(world.now_ns + 60 * MINUTE_NS))) == 1
