"""The life of an issue group: one table, every transition with who, why and when (S0-59 … S0-63, OPERATIONS 4.5)."""

from typing import Any

import pytest

from assay.pipeline.core.issue import Severity
from assay.pipeline.issues import (
    COMMANDS,
    OPEN,
    Group,
    Happening,
    Refusal,
    Status,
    ends_at,
    resolutions,
    take_command,
    take_fact,
    to_json,
)
from assay.pipeline.issues.commands import MOST_REFUSED
from assay.pipeline.issues.facts import MOST_TRANSITIONS
from assay.pipeline.issues.lifetime import KEPT_NS
from assay.pipeline.issues.transitions import TABLE

from .conftest import START_NS, a_command, a_fact, at

WAYS: dict[Status, list[Happening]] = {
    Status.DETECTED: [],
    Status.TRIAGED: [Happening.TRIAGE],
    Status.IN_PROGRESS: [Happening.ASSIGN],
    Status.RESOLVED: [Happening.RESOLVE],
    Status.IGNORED: [Happening.IGNORE],
}


def told(group: Group | None, command: Happening, seconds: float, **changes: Any) -> Group:
    """The group after a command that concerns one."""
    after = take_command(group, a_command(command, seconds, **changes), f"quality.issues/0/{seconds}")
    assert isinstance(after, Group)
    return after


def a_group(status: Status = Status.DETECTED) -> Group:
    group = take_fact(None, a_fact(), "quality.issues/0/0")
    for number, command in enumerate(WAYS[status], 1):
        group = told(group, command, number)
    assert group.status is status
    return group


def test_a_first_trace_makes_a_group_that_is_detected() -> None:
    """S0-59: status, default detected."""
    group = a_group()
    assert group.status is Status.DETECTED
    assert (group.count, group.episode, group.assigned_to, group.resolved_at) == (1, 1, "", "")
    assert group.opened_at == group.first_seen == group.last_seen == at(0)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("status", Status)
def test_a_command_does_what_the_table_says_and_nothing_else(status: Status, command: Happening) -> None:
    """Every status with every command: carried out, or refused and written down as such."""
    before = a_group(status)
    after = told(before, command, 10, assignee="kim")
    if command in (Happening.ACKNOWLEDGE, Happening.CONFIRM):
        assert after.status is status
        marked = after.acknowledged if command is Happening.ACKNOWLEDGE else after.confirmed
        assert (marked is not None) == (status in OPEN)
        return
    expected = TABLE.get((status, command))
    assert after.status is (expected or status)
    assert bool(after.refused) == (expected is None)
    assert len(after.transitions) - len(before.transitions) == (expected is not None)
    if expected is not None:
        done = after.transitions[-1]
        assert (done.was, done.became, done.happening) == (status, expected, command)
        assert (done.actor, done.reason, done.at) == ("dana", "seen it", at(10))
        assert done.cause == "quality.issues/0/10"


def test_what_is_refused_says_who_wanted_it_and_why_not() -> None:
    group = told(a_group(Status.RESOLVED), Happening.TRIAGE, 20)
    (refused,) = group.refused
    assert (refused.command, refused.actor, refused.status) == (Happening.TRIAGE, "dana", Status.RESOLVED)
    assert (refused.why, refused.at) == (Refusal.NOT_FROM_HERE, at(20))


def test_a_command_about_nothing_is_refused() -> None:
    assert take_command(None, a_command(Happening.RESOLVE), "q/0/1") is Refusal.UNKNOWN_GROUP


@pytest.mark.parametrize("command", [Happening.ACKNOWLEDGE, Happening.CONFIRM])
def test_who_acknowledges_second_comes_too_late(command: Happening) -> None:
    """S0-82: the first one counts, the second is told so."""
    group = told(told(a_group(), command, 5), command, 6, actor="kim")
    assert [each.why for each in group.refused] == [Refusal.ALREADY_DONE]
    mark = group.acknowledged if command is Happening.ACKNOWLEDGE else group.confirmed
    assert mark is not None
    assert (mark.by, mark.at) == ("dana", at(5))


def test_work_goes_from_one_person_to_the_next() -> None:
    """S0-61, S0-109: assigned_to."""
    group = told(a_group(), Happening.ASSIGN, 5, assignee="kim")
    group = told(group, Happening.ASSIGN, 6, assignee="robin")
    assert (group.status, group.assigned_to) == (Status.IN_PROGRESS, "robin")
    assert told(group, Happening.ASSIGN, 7, assignee="robin").refused[-1].why is Refusal.ALREADY_DONE
    assert told(group, Happening.ASSIGN, 8, assignee="").refused[-1].why is Refusal.NO_ASSIGNEE


def test_a_resolution_keeps_notes_and_time() -> None:
    """S0-62, S0-63, S0-116."""
    group = told(a_group(), Happening.RESOLVE, 60, notes="schema 1.2 rolled out")
    assert (group.resolution_notes, group.resolved_at) == ("schema 1.2 rolled out", at(60))


def test_a_later_trace_reopens_what_was_resolved() -> None:
    """S0-106: recurrence is noticed. People look at it anew: acknowledgement and confirmation were for the old episode."""
    group = told(told(a_group(), Happening.ACKNOWLEDGE, 5), Happening.CONFIRM, 6)
    group = told(group, Happening.RESOLVE, 60)
    group = take_fact(group, a_fact(90, version="1.5.0", severity=Severity.MEDIUM), "quality.issues/0/9")
    assert (group.status, group.episode, group.count) == (Status.DETECTED, 2, 2)
    assert (group.acknowledged, group.confirmed, group.resolved_at) == (None, None, "")
    assert group.opened_at == at(90)
    assert group.first_seen == at(0)
    assert group.severity is Severity.MEDIUM
    assert (group.first_bad.version, group.first_bad.at) == ("1.5.0", at(90))
    assert (group.transitions[-1].actor, group.transitions[-1].cause) == ("detector", "quality.issues/0/9")


def test_a_trace_that_was_judged_before_the_resolution_does_not_reopen() -> None:
    """It was on its way while somebody fixed the cause."""
    group = told(a_group(), Happening.RESOLVE, 60)
    group = take_fact(group, a_fact(59), "quality.issues/0/9")
    assert (group.status, group.count, group.opened_at) == (Status.RESOLVED, 2, at(0))


def test_a_late_trace_of_the_old_episode_is_not_where_the_new_one_began() -> None:
    group = told(a_group(), Happening.RESOLVE, 60)
    group = take_fact(group, a_fact(90, version="2"), "q/0/1")
    group = take_fact(group, a_fact(30, version="1"), "q/0/2")
    assert (group.opened_at, group.first_bad.version, group.count) == (at(90), "2", 3)


def test_ignoring_lasts_until_it_becomes_worse() -> None:
    """Otherwise the next trace would end it."""
    group = told(a_group(), Happening.IGNORE, 60)
    same = take_fact(group, a_fact(90), "q/0/1")
    assert (same.status, same.count) == (Status.IGNORED, 2)
    worse = take_fact(same, a_fact(120, severity=Severity.CRITICAL), "q/0/2")
    assert (worse.status, worse.episode, worse.severity) == (Status.DETECTED, 2, Severity.CRITICAL)


def test_what_is_over_and_quiet_is_forgotten_when_its_facts_are() -> None:
    """Open groups never are."""
    assert all(ends_at(a_group(status)) is None for status in OPEN)
    group = told(a_group(), Happening.RESOLVE, 60)
    assert ends_at(group) == START_NS + 60 * 10**9 + KEPT_NS
    group = told(a_group(), Happening.IGNORE, 60)
    group = take_fact(group, a_fact(1000), "q/0/1")
    assert ends_at(group) == START_NS + 1000 * 10**9 + KEPT_NS


def test_the_history_is_bounded() -> None:
    """A group that goes to and fro for years stays a record that its topic takes."""
    group = a_group()
    for turn in range(100):
        group = told(group, Happening.TRIAGE, 1000 * turn + 2)
        group = told(group, Happening.RESOLVE, 1000 * turn + 3)
        group = told(group, Happening.RESOLVE, 1000 * turn + 4)
        group = told(group, Happening.REOPEN, 1000 * turn + 5)
    assert (len(group.transitions), len(group.refused)) == (MOST_TRANSITIONS, MOST_REFUSED)
    assert group.episode == 101
    assert len(to_json(group)) < 20_000


def test_how_long_it_took_is_known_for_every_episode_once() -> None:
    """S0-194: from the first detection of the episode to its resolution, observed where it is committed."""
    group = told(a_group(), Happening.RESOLVE, 60)
    group = take_fact(group, a_fact(100), "quality.issues/0/9")
    group = told(group, Happening.RESOLVE, 130)
    document = _json(group)
    assert [each.seconds for each in resolutions(document, lambda _cause: True)] == [60, 30]
    assert [each.seconds for each in resolutions(document, lambda cause: cause.endswith("/130"))] == [30]
    assert list(resolutions(document, lambda _cause: False)) == []


def _json(group: Group) -> dict[str, Any]:
    import orjson

    document: dict[str, Any] = orjson.loads(to_json(group))
    return document
