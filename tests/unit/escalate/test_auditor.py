"""The auditor of the escalator: every open escalation has a next step in the future, or waits for a person."""

import json
from typing import Any

import pytest

from assay.pipeline.core.clock import rfc3339
from assay.pipeline.escalate import Escalation, Seen, Stall, find_stalled, load_state, read_group

from .conftest import FINGERPRINT, MINUTE_NS, START_NS, World, group_document

GRACE_NS = MINUTE_NS


def seen(world: World, **members: Any) -> Seen:
    document = group_document(**{**world.members, **members})
    return read_group(json.dumps(document).encode(), world.now_ns)


def state(world: World) -> Escalation:
    assert world.state is not None
    return load_state(world.state)


def stalls(world: World, minutes: float, **members: Any) -> list[tuple[str, str]]:
    now_ns = world.now_ns + round(minutes * MINUTE_NS)
    found = find_stalled({FINGERPRINT: seen(world, **members)}, {FINGERPRINT: state(world)}, now_ns, GRACE_NS)
    return [(stall.code, stall.reason) for stall in found]


def test_an_escalation_with_a_step_ahead_is_fine(world: World) -> None:
    world.group()
    assert stalls(world, 14.9) == []


def test_a_step_whose_time_has_passed_is_a_stall_after_the_grace(world: World) -> None:
    world.group()
    assert stalls(world, 15.5) == []
    assert stalls(world, 16.5) == [("escalation_stalled", "overdue")]


def test_waiting_for_a_person_is_fine_for_ever(world: World) -> None:
    world.group()
    world.wait(31)
    assert stalls(world, 100_000) == []


def test_when_everybody_was_called_there_is_nothing_left_to_stall(world: World) -> None:
    world.group(severity="high")
    world.wait(100_000)
    assert stalls(world, 100_000) == []


@pytest.mark.parametrize("ending", ["resolved", "ignored"])
def test_a_step_that_is_still_to_come_for_a_group_that_is_over(world: World, ending: str) -> None:
    world.group()
    assert stalls(world, 16.5, status=ending) == [("escalation_stalled", "not_stopped")]


def test_a_group_that_got_worse_and_the_agent_did_not_see_it(world: World) -> None:
    world.group(severity="medium")
    assert stalls(world, 2, severity="critical") == [("escalation_stalled", "behind")]


def test_a_group_that_was_reopened_and_the_agent_did_not_see_it(world: World) -> None:
    world.group()
    members = {"episode": 2, "opened_at": rfc3339(world.now_ns)}
    assert stalls(world, 0.5, **members) == []
    assert stalls(world, 2, **members) == [("escalation_stalled", "missing")]


def test_a_group_that_the_agent_never_saw(world: World) -> None:
    found = find_stalled({FINGERPRINT: seen(world)}, {}, START_NS + 2 * MINUTE_NS, GRACE_NS)
    assert found == [Stall(FINGERPRINT, "missing", START_NS)]  # type: ignore[arg-type]  # a word is its text
    closed = find_stalled(
        {FINGERPRINT: seen(world, status="resolved")}, {}, START_NS + 2 * MINUTE_NS, GRACE_NS
    )
    assert closed == []


def test_what_cannot_be_read_is_told_of() -> None:
    found = find_stalled({"a": None}, {"b": None}, START_NS, GRACE_NS)
    assert [(stall.fingerprint, stall.reason) for stall in found] == [
        ("a", "unreadable"),
        ("b", "unreadable"),
    ]
