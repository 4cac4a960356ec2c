"""The whole matrix on a clock of the test's, with a crash between any two steps (S0-170 … S0-182, D-12, D-20)."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from .conftest import World

DAY_MIN = 24 * 60


class Row(NamedTuple):
    """A step as the requirements have it."""

    after_min: int
    roles: tuple[str, ...]
    level: str
    reason: str


CRITICAL = (
    Row(0, ("on_call_engineer", "platform_lead"), "lead", "Critical issue detected: schema.required_missing"),
    Row(15, ("engineering_manager", "cto"), "executive", "Critical issue unresolved for >15 minutes"),
    Row(30, ("ceo", "board_notification"), "executive", "Critical issue unresolved for >30 minutes"),
)
HIGH = (
    Row(60, ("assigned_engineer", "team_lead"), "management", "High priority issue unresolved for >1 hour"),
    Row(240, ("engineering_manager",), "management", "High priority issue unresolved for >4 hours"),
    Row(DAY_MIN, ("platform_lead",), "management", "High priority issue unresolved for >24 hours"),
)
MEDIUM = (
    Row(0, ("owning_team",), "responder", "Medium priority issue detected: schema.required_missing"),
    Row(240, ("team_lead",), "lead", "Medium priority issue unresolved for >4 hours"),
)
SECURITY = (
    Row(
        0,
        ("security_team", "ciso"),
        "executive",
        "Security violation detected: schema.required_missing",
    ),
    Row(
        15,
        ("cto", "incident_commander"),
        "executive",
        "Security violation unresolved for >15 minutes",
    ),
)
COMPLIANCE = (
    Row(
        0,
        ("compliance_officer", "legal_team"),
        "lead",
        "Compliance violation detected: schema.required_missing",
    ),
    Row(30, ("cto", "ceo"), "executive", "Compliance violation unresolved for >30 minutes"),
)
CHAINS = {"critical": CRITICAL, "high": HIGH, "medium": MEDIUM, "low": ()}
OVERLAYS = {"security": SECURITY, "compliance": COMPLIANCE}
CELLS = [
    (severity, category)
    for severity in CHAINS
    for category in ("schema", "security", "compliance", "business_logic", "performance")
]

each_cell = pytest.mark.parametrize(("severity", "category"), CELLS)


def expected(severity: str, category: str) -> list[Row]:
    rows = [*CHAINS[severity], *OVERLAYS.get(category, ())]
    return sorted(rows, key=lambda row: row.after_min)


def steps_of(world: World) -> list[Row]:
    return [
        Row(
            (effect.due_ns - effect.since_ns) // 60_000_000_000,
            effect.roles,
            effect.trigger.escalation_level.value,
            effect.trigger.reason,
        )
        for effect in world.written
        if effect.kind == "step"
    ]


def walk(world: World, severity: str, category: str) -> None:
    """Two days of an issue that everybody confirms and nobody does anything about."""
    world.group(severity=severity, category=category)
    world.wait(20)
    world.group(confirmed=world.mark())
    world.wait(2 * DAY_MIN)


@each_cell
def test_every_step_is_taken_in_order_once(world: World, severity: str, category: str) -> None:
    """S0-170 … S0-179, S0-181, S0-182: who, when, how high, and in which words."""
    walk(world, severity, category)
    assert sorted(steps_of(world)) == sorted(expected(severity, category))
    assert [row.after_min for row in steps_of(world)] == [
        row.after_min for row in expected(severity, category)
    ]
    assert world.due() is None


@each_cell
def test_a_crash_between_any_two_steps_changes_nothing(severity: str, category: str) -> None:
    """D-12: the last transaction is lost, whichever it was; what was said stays what is said, once."""
    whole = World()
    walk(whole, severity, category)
    for lost in range(len(whole.written) + 3):
        world = World()
        walk_losing(world, severity, category, lost)
        assert [effect.event_id for effect in world.written] == [effect.event_id for effect in whole.written]
        assert steps_of(world) == steps_of(whole)


def walk_losing(world: World, severity: str, category: str, number: int) -> None:
    """The walk, in which the transaction of this number is done three times before it is committed."""
    original: Callable[[Any], Any] = world._done
    done = 0

    def counted(event: Any) -> Any:
        nonlocal done
        world.lose = 2 if done == number else 0
        done += 1
        return original(event)

    world._done = counted  # type: ignore[method-assign]  # the same, with a crash on the way
    walk(world, severity, category)


@each_cell
def test_who_starts_late_is_called_late_in_order_and_once(world: World, severity: str, category: str) -> None:
    """The agent was away for a day: everything that is due is said at once, in the order of its times."""
    world.now_ns += 2 * DAY_MIN * 60_000_000_000
    world.group(severity=severity, category=category, confirmed=world.mark())
    assert [row.after_min for row in steps_of(world)] == [
        row.after_min for row in expected(severity, category)
    ]
    world.wait(2 * DAY_MIN)
    assert len(steps_of(world)) == len(expected(severity, category))


def test_nobody_is_called_twice_however_often_the_group_is_seen(world: World) -> None:
    """D-12: a check of the age each minute would call the executives each minute."""
    for _ in range(60):
        world.group()
        world.wait(1)
    assert world.called() == [
        (0, ("on_call_engineer", "platform_lead")),
        (15, ("engineering_manager", "cto")),
    ]
