"""What is to be known of a problem at a glance, and what to do next (S0-91, S0-95)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from random import Random
from typing import Any

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.agents.cli.main import cli
from assay.pipeline.core.clock import rfc3339
from assay.pipeline.core.issue import Category, Severity
from assay.pipeline.investigate.group_window import MOST_SOURCES, GroupWindow
from assay.pipeline.investigate.investigated import (
    EscalationStanding,
    Investigated,
    Standing,
    TaskStanding,
    next_steps,
)

START = 1_741_079_700_000_000_000
NAMED = "0123456789abcdef"


@dataclass(frozen=True)
class AFact:
    fingerprint: str = NAMED
    code: str = "schema.required_missing"
    category: Category = Category.SCHEMA
    severity: Severity = Severity.HIGH
    path: str = "/context/user_id"
    rule: str = "required"
    occurrences: int = 1
    tenant: str = "4"
    subject: str = "workflow_trace"
    producer: str = "orchestrator"
    version: str = "1.4.0"
    source: str = "traces.raw/0/1"
    detected_at: str = rfc3339(START)


def facts(count: int) -> list[AFact]:
    return [
        AFact(
            tenant=str(n % 3),
            version=f"1.{n % 2}",
            source=f"traces.raw/0/{n}",
            detected_at=rfc3339(START + n),
            occurrences=2,
            severity=Severity.CRITICAL if n == 3 else Severity.HIGH,
        )
        for n in range(count)
    ]


def folded(of: Sequence[AFact]) -> GroupWindow:
    window = GroupWindow(of[0])
    for fact in of[1:]:
        window.take(fact)
    return window


def test_a_window_counts_what_is_in_it() -> None:
    """S0-85, S0-86."""
    window = folded(facts(10)).document()
    assert (window["traces"], window["issues"]) == (10, 20)
    assert (window["first_seen"], window["last_seen"]) == (rfc3339(START), rfc3339(START + 9))
    assert window["tenants"] == [{"tenant_id": str(n), "traces": count} for n, count in enumerate((4, 3, 3))]
    assert window["producers"] == [
        {"name": "orchestrator", "version": version, "traces": 5} for version in ("1.0", "1.1")
    ]
    assert window["sources"] == [f"traces.raw/0/{n}" for n in range(9, 9 - MOST_SOURCES, -1)]
    assert folded(facts(10)).severity is Severity.CRITICAL


@given(st.randoms(use_true_random=False))
def test_facts_may_come_in_any_order(random: Random) -> None:
    shuffled = facts(12)
    random.shuffle(shuffled)
    one, other = folded(shuffled), folded(facts(12))
    assert (one.tenants, one.producers, one.severity) == (other.tenants, other.producers, other.severity)
    assert (one.traces, one.issues, one.first_seen, one.last_seen) == (
        other.traces,
        other.issues,
        other.first_seen,
        other.last_seen,
    )


STANDING = Standing("detected", True, "high", "platform_engineering", 1, "", 5, "o 1", "t/0/1", "", "")  # noqa: FBT003 - the dataclass's own order
TASK = TaskStanding("t-1", "pending", "P1", "team-a", 7, is_done=False)
ESCALATION = EscalationStanding("awaiting_confirmation", ("cto",), "", awaits_confirmation=True)
STATES = [
    Investigated(folded(facts(3)), standing, task, escalation)
    for standing, task, escalation in product(
        (
            None,
            STANDING,
            replace(STANDING, acknowledged_by="ann", assigned_to="bo", status="in_progress"),
            replace(STANDING, status="resolved", is_open=False),
        ),
        (None, TASK, replace(TASK, is_done=True)),
        (None, ESCALATION, replace(ESCALATION, awaits_confirmation=False)),
    )
]


def commands(of: Investigated) -> list[str]:
    return [step.command for step in next_steps(of)]


@pytest.mark.parametrize("state", STATES)
def test_every_command_that_is_proposed_is_one(state: Investigated) -> None:
    """Typed as they stand, with words for TEXT and NAME, they are understood. S0-112."""
    for command in commands(state):
        _, *words = [word.replace("TEXT", "because").replace("NAME", "ann") for word in command.split()]
        parsed: click.Command = cli
        while isinstance(parsed, click.Group):
            found = parsed.get_command(click.Context(parsed), words.pop(0))
            assert found is not None, command
            parsed = found
        parsed.make_context("assay", words)


@pytest.mark.parametrize(
    ("state", "first"),
    [
        (Investigated(folded(facts(1)), None, None, None), "assay worker --agents issues"),
        (Investigated(folded(facts(1)), STANDING, None, None), f"assay issues ack {NAMED} --reason TEXT"),
        (
            Investigated(folded(facts(1)), replace(STANDING, acknowledged_by="ann", assigned_to="bo", status="triaged"), TASK, None),
            "assay tasks show t-1",
        ),
        (
            Investigated(folded(facts(1)), replace(STANDING, status="ignored", is_open=False), None, None),
            f"assay issues show {NAMED}",
        ),
    ],
)  # fmt: skip
def test_the_most_pressing_comes_first(state: Investigated, first: str) -> None:
    assert commands(state)[0] == first


def test_a_chain_that_waits_for_a_word_is_told_of() -> None:
    assert f"assay issues confirm {NAMED} --reason TEXT" in commands(
        Investigated(folded(facts(1)), STANDING, None, ESCALATION)
    )


def test_groups_are_sorted_by_severity_then_by_number() -> None:
    def of(severity: Severity, count: int) -> Any:
        return Investigated(folded([AFact(severity=severity)] * count), None, None, None)

    found = [of(Severity.LOW, 9), of(Severity.CRITICAL, 1), of(Severity.HIGH, 2), of(Severity.HIGH, 3)]
    found.sort(key=lambda each: each.urgency)
    assert [(each.window.severity, each.window.traces) for each in found] == [
        ("critical", 1),
        ("high", 3),
        ("high", 2),
        ("low", 9),
    ]
