"""One task for each problem of dead letters: what it says, whose it is, what people do with it (S0-141 … S0-155)."""

import json
from dataclasses import replace
from importlib.resources import files
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from assay.agents.manual_remediation import ManualRemediationStep
from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.issue import Category, Severity
from assay.pipeline.core.record import RawRecord
from assay.pipeline.core.team import Team
from assay.pipeline.dispose.testing import BUNDLE, an_issue
from assay.pipeline.policy.parse_tasks import parse_tasks
from assay.pipeline.policy.task_rules import Priority, TaskRules
from assay.pipeline.replay import read_command
from assay.pipeline.tasks import (
    MOVES,
    Happening,
    Refusal,
    Status,
    forgotten_at,
    from_json,
    next_status,
    read_dead_letter,
    take_dead_letter,
    to_json,
)
from assay.pipeline.tasks.assign import assignee, priority, task_type

from .conftest import FINGERPRINT, NOW_NS, Lane, command, dead_letter

RULE = {"kind": "rule", "rule": "missing_required_fields"}


def schema(kind: str) -> Draft202012Validator:
    text = files("assay.schemas").joinpath("assay").joinpath(kind).joinpath("1-0-0.json").read_bytes()
    return Draft202012Validator(orjson.loads(text))


TASK, NOTICE, TASK_COMMAND, REPLAY_COMMAND = map(
    schema, ("task", "task_notice", "task_command", "replay_command")
)


# The task


def test_a_dead_letter_becomes_a_task_that_names_what_a_person_needs(lane: Lane) -> None:
    """S0-141, S0-142, S0-143: id, trace, tenant, severity, issues, time, status, type, priority. S0-113."""
    task = lane.take(dead_letter())
    assert (task.status, task.episode, task.fingerprint) == (Status.PENDING, 1, FINGERPRINT)
    assert (task.trace_id, task.tenant_id, task.severity) == ("t-1", "acme", Severity.CRITICAL)
    assert (task.task_type, task.priority, task.assigned_to) == (
        "schema_repair",
        Priority.P0,
        "platform_engineering",
    )
    assert [issue.code for issue in task.issues] == ["schema.required_missing"]
    assert task.created_at == "2025-03-04T09:15:05.000000000Z"
    assert task.task_id.startswith("t-")


def test_a_thousand_dead_letters_of_one_problem_are_one_task(lane: Lane) -> None:
    """DESIGN 8: a task per problem, not per trace; the state stays within bounds, the count is exact."""
    task = lane.take(*(dead_letter(offset=number) for number in range(1000)))
    assert task.dead_letters.count == 1000
    assert len(task.dead_letters.sources) == 100
    assert len(lane.state or b"") < 50_000
    assert [effect["type"] for effect in lane.effects] == [b"assay.task.assigned.v1"]


def test_a_dead_letter_that_stands_twice_counts_once(lane: Lane) -> None:
    assert lane.take(dead_letter(), dead_letter()).dead_letters.count == 1


def test_the_assignee_hears_of_it(lane: Lane) -> None:
    """S0-144: an event for the notifier, once, with no value of a trace."""
    lane.take(dead_letter(), dead_letter(offset=43))
    [told] = lane.effects
    document = {key: value for key, value in told.items() if key not in {"type", "id"}}
    NOTICE.validate(document)
    assert document["roles"] == ["platform_engineering"]
    assert told["id"] == f"{lane.task.task_id}/assigned/platform_engineering".encode()


def test_work_that_is_done_again_makes_the_same_task_and_events() -> None:
    """A step that was done and not committed is done again."""
    records = [dead_letter(), command(Happening.TAKE, 1), command(Happening.COMPLETE, 2)]
    first, second = Lane(), Lane()
    assert first.take(*records) == second.take(*records)
    assert first.state == second.state
    assert [one["id"] for one in first.effects] == [one["id"] for one in second.effects]


def test_every_state_follows_its_schema_and_is_read_as_it_was_written(lane: Lane) -> None:
    steps = [
        dead_letter(),
        command(Happening.TAKE, 1),
        command(Happening.NOTE, 2, text="looked at it"),
        command(Happening.NOTE, 3),
        command(Happening.EDIT, 4, edit=RULE),
        command(Happening.COMPLETE, 5),
        dead_letter(offset=50, attempt=1),
        command(Happening.REOPEN, 6),
    ]
    for step in steps:
        task = lane.take(step)
        TASK.validate(json.loads(lane.state or b""))
        assert from_json(to_json(task)) == task
        if step.topic == "quality.task_commands":
            TASK_COMMAND.validate(json.loads(step.value or b""))


# Instructions


def test_the_instructions_say_everything_and_hold_no_placeholder(lane: Lane) -> None:
    """S0-145 … S0-155, D-19: a template, filled in; our commands."""
    worse = an_issue(IssueCode.SCHEMA_TYPE_INVALID, path="/steps/0/`<b>")
    text = lane.take(dead_letter(an_issue(), worse)).instructions
    assert text == EXPECTED.replace("FINGERPRINT", lane.task.fingerprint)
    for mark in ("{", "}", "$"):
        assert mark not in text


EXPECTED = """\
# Manual Remediation Required

- **Trace ID:** t-1
- **Tenant ID:** acme
- **Severity:** critical
- **Detected:** 2025-03-04T09:15:05.000000000Z

## Issues Found

### Issue 1: schema

- **Severity:** critical
- **Code:** `schema.required_missing`
- **Description:** A required field is missing.
- **Field:** `/steps/0/name`
- **Expected:** `a text`
- **Actual:** `missing`

### Issue 2: schema

- **Severity:** critical
- **Code:** `schema.type_invalid`
- **Description:** A field has another data type than its schema says.
- **Field:** `/steps/0/  b`
- **Expected:** `a text`
- **Actual:** `missing`

## Remediation Steps

1. Review the trace data in the investigation dashboard
2. Identify the root cause of each issue
3. Apply fixes using the remediation tools
4. Validate the fixed trace against the current schema
5. Update the remediation task with resolution notes

## Tools Available

- **Trace Investigation Dashboard:** `assay trace show t-1`
- **Schema Validation Tool:** `assay tasks edit FINGERPRINT --check --reason WHY`
- **Trace Editor:** `assay tasks edit FINGERPRINT --patch FILE --reason WHY`
- **Notes and Completion:** `assay tasks note FINGERPRINT --reason WHY TEXT`, `assay tasks complete FINGERPRINT --reason WHY`
- **Documentation:** docs/operations.md, section Manual remediation
"""


def test_links_of_the_policy_take_the_place_of_commands() -> None:
    """S0-152, S0-155."""
    letter = read_dead_letter(dead_letter())
    assert letter is not None
    rules = TaskRules(
        dashboard="https://d.example.com/{trace_id}", documentation="https://docs.example.com/x"
    )
    task = take_dead_letter(None, letter, rules, "at").task
    assert task is not None
    assert "**Trace Investigation Dashboard:** https://d.example.com/t-1\n" in task.instructions
    assert "**Documentation:** https://docs.example.com/x\n" in task.instructions


# Type, priority, rota


@pytest.mark.parametrize(
    ("issue", "expected"),
    [
        (an_issue(), "schema_repair"),
        (an_issue(IssueCode.CORRUPT_EMPTY, path=""), "unreadable_trace"),
        (an_issue(IssueCode.SECURITY_PII_CARD, category=Category.SECURITY), "security_review"),
        (an_issue(IssueCode.BUSINESS_INCONSISTENT, category=Category.BUSINESS_LOGIC), "data_correction"),
    ],
)
def test_the_worst_issue_decides_the_type(issue: Any, expected: str) -> None:
    """S0-143."""
    letter = read_dead_letter(dead_letter(an_issue(severity=Severity.LOW), issue))
    assert letter is not None
    assert task_type(letter, TaskRules()) == expected


def test_a_code_of_the_policy_wins_over_its_family_and_category() -> None:
    letter = read_dead_letter(dead_letter())
    assert letter is not None
    rules = parse_tasks("x", {"types": {"schema.required_missing": "fill_in", "schema": "other"}}, [])
    assert task_type(letter, rules) == "fill_in"


def test_priority_is_by_severity_and_tenant() -> None:
    """S0-143."""
    letter = read_dead_letter(dead_letter(an_issue(severity=Severity.MEDIUM)))
    assert letter is not None
    assert priority(letter, TaskRules()) is Priority.P2
    assert priority(letter, TaskRules(urgent_tenants=frozenset({"acme"}))) is Priority.P1
    top = letter._replace(severity=Severity.CRITICAL)
    assert priority(top, TaskRules(urgent_tenants=frozenset({"acme"}))) is Priority.P0


def test_the_rota_gives_each_of_a_team_their_turn() -> None:
    """S0-144: deterministic, and the next episode is the next one's."""
    letter = read_dead_letter(dead_letter())
    assert letter is not None
    people = ("a", "b", "c")
    rules = TaskRules(rota={Team.PLATFORM_ENGINEERING: people})
    turns = [assignee(letter, episode, rules) for episode in range(6)]
    assert turns[:3] == turns[3:]
    assert sorted(turns[:3]) == [*people]
    prints = [f"{number:016x}" for number in range(300)]
    shares = [assignee(letter._replace(fingerprint=each), 1, rules) for each in prints]
    assert all(shares.count(person) > 60 for person in people)


def test_everything_wrong_with_the_policy_is_said_at_once() -> None:
    problems: list[Any] = []
    parse_tasks(
        "policies/tasks.yaml",
        {
            "types": {"schema": "Bad Type", "nothing": "x"},
            "priorities": {"critical": "P9"},
            "urgent_tenants": "acme",
            "rota": {"platform_engineering": ["x", "x"], "nobody": ["x"]},
            "links": {"dashboard": "javascript:alert(1)"},
            "more": 1,
        },
        problems,
    )
    assert len(problems) == 8
    assert all(problem.where.startswith("policies/tasks.yaml") for problem in problems)


# Commands


def test_every_move_of_the_table_and_no_other_changes_the_status() -> None:
    ways: dict[Status, list[RawRecord]] = {
        Status.PENDING: [],
        Status.IN_PROGRESS: [command(Happening.TAKE, 1)],
        Status.COMPLETED: [command(Happening.COMPLETE, 1)],
    }
    for status, way in ways.items():
        for happening in set(Happening) - {Happening.DEAD_LETTER}:
            lane = Lane()
            assert lane.take(dead_letter(), *way).status is status
            task = lane.take(command(happening, 2, text="x", edit=RULE))
            expected = next_status(status, happening)
            assert task.status is (status if isinstance(expected, Refusal) else expected)
            assert (task.history[-1].refused is not None) == isinstance(expected, Refusal)
            assert lane.refused == ""
    assert all(isinstance(became, Status) for became in MOVES.values())


def test_who_did_what_and_why_is_kept(lane: Lane) -> None:
    """OPERATIONS 4.1: actor, reason, time of each transition; refused ones too."""
    task = lane.take(
        dead_letter(),
        command(Happening.TAKE, 1, actor="ben", reason="my turn"),
        command(Happening.REOPEN, 2),
        command(Happening.NOTE, 3, text="  "),
    )
    assert task.assigned_to == "ben"
    assert [(one.actor, one.happening, one.reason, one.refused) for one in task.history] == [
        ("ben", Happening.TAKE, "my turn", None),
        ("ann", Happening.REOPEN, "on duty", Refusal.NOT_FROM_HERE),
        ("ann", Happening.NOTE, "on duty", Refusal.NO_TEXT),
    ]


def test_a_command_that_comes_twice_counts_once(lane: Lane) -> None:
    note = command(Happening.NOTE, 1, text="once")
    assert len(lane.take(dead_letter(), note, note).notes) == 1


def test_a_task_is_taken_for_somebody_else_who_hears_of_it(lane: Lane) -> None:
    task = lane.take(dead_letter(), command(Happening.TAKE, 1, assignee="eve"))
    assert task.assigned_to == "eve"
    assert lane.effects[-1]["roles"] == ["eve"]


def test_completing_asks_for_the_replay_of_its_dead_letters_once(lane: Lane) -> None:
    """DESIGN 8: a rule applied to all of them, re-validated, replayed; the job's id is the task's."""
    done = command(Happening.COMPLETE, 2)
    task = lane.take(dead_letter(), command(Happening.EDIT, 1, edit=RULE), done, done)
    assert (task.status, task.replay_job) == (Status.COMPLETED, task.task_id)
    [asked] = [one for one in lane.effects if one["type"] == b"assay.replay.command.v1"]
    document = {key: value for key, value in asked.items() if key not in {"type", "id"}}
    REPLAY_COMMAND.validate(document)
    assert document["job"] == task.task_id
    assert document["request"] == {
        "filter": {"tenant": "acme", "fingerprint": FINGERPRINT},
        "origins": ["dead_letter"],
        "rate_per_s": 500,
        "hop_limit": 5,
        "force": False,
        "only_passing": True,
        "edit": RULE,
    }


def test_completing_without_a_replay_leaves_the_dead_letters_where_they_are(lane: Lane) -> None:
    task = lane.take(dead_letter(), command(Happening.COMPLETE, 1, replay=False))
    assert (task.status, task.replay_job) == (Status.COMPLETED, "")
    assert len(lane.effects) == 1


def test_a_problem_that_comes_back_is_a_new_episode_with_the_old_notes(lane: Lane) -> None:
    lane.take(dead_letter(), command(Happening.NOTE, 1, text="it was the importer"))
    first = lane.take(command(Happening.COMPLETE, 2)).task_id
    task = lane.take(dead_letter(offset=50, attempt=1))
    assert (task.status, task.episode, task.dead_letters.count) == (Status.PENDING, 2, 1)
    assert task.dead_letters.sources == ("traces.raw/3/1",)
    assert task.task_id != first
    assert [note.text for note in task.notes] == ["it was the importer"]
    assert (task.edit, task.replay_job) == (None, "")
    again = lane.take(command(Happening.COMPLETE, 3))
    assert again.replay_job == task.task_id, "another job than the first time"


def test_whatever_people_write_the_state_fits_its_topic(lane: Lane) -> None:
    """Promise 5: nothing may be unwritable."""
    lane.take(dead_letter(*[an_issue(path="/" + "p" * 5000)] * 200))
    patch = {"kind": "patch", "sealed": {"ciphertext": "c" * 190_000}}
    records = [command(Happening.NOTE, n, text="n" * 9000, reason="r" * 9000) for n in range(80)]
    lane.take(*records, command(Happening.EDIT, 99, edit=patch))
    assert lane.task.edit is not None
    assert len(lane.state or b"") < 600_000


# What is none


@pytest.mark.parametrize(
    "record",
    [
        RawRecord("quality.task_commands", 0, 0, 0, FINGERPRINT.encode(), b"\xff"),
        RawRecord("quality.task_commands", 0, 0, 0, FINGERPRINT.encode(), None),
        RawRecord("quality.task_commands", 0, 0, 0, b"other", command(Happening.TAKE).value),
        command(Happening.EDIT, edit={"kind": "magic"}),
        command(Happening.EDIT, edit={"kind": "patch", "sealed": "x" * 300_000}),
        RawRecord("dlq.traces.raw", 0, 0, 0, FINGERPRINT.encode(), b"{}"),
        RawRecord("dlq.traces.raw", 0, 0, 0, None, None),
        RawRecord("dlq.traces.raw", 0, 0, 0, b"other", b"{}", dead_letter().headers),
    ],
)
def test_what_is_no_dead_letter_and_no_command_is_set_aside(lane: Lane, record: RawRecord) -> None:
    """D-15: refused with a word, the task as it was."""
    lane.take(dead_letter())
    before = lane.state
    lane.take(record)
    assert (lane.refused, lane.state) == ("unreadable", before)


def test_a_command_for_a_task_that_is_not_there_is_set_aside() -> None:
    stepped = ManualRemediationStep(BUNDLE).step(None, command(Happening.TAKE), NOW_NS)
    assert (stepped.state, stepped.refused) == (None, "no_such_task")


def test_a_dead_letter_that_nobody_could_read_is_a_task_too(lane: Lane) -> None:
    """Only headers are known: a task all the same (promise 1)."""
    record = dead_letter()
    task = lane.take(replace(record, value=b"\xff"))
    assert (task.task_type, task.trace_id, task.issues) == ("investigation", "none", ())
    assert "No issue is listed" in task.instructions


odd = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
)


@given(
    st.dictionaries(
        st.sampled_from(["issues", "team", "subject", "trace_id", "detected_at", "severity", "source"]), odd
    )
)
def test_no_envelope_makes_the_step_raise(members: dict[str, Any]) -> None:
    """D-15, D-16; and what it makes follows its schema."""
    record = dead_letter()
    document = json.loads(record.value or b"") | members
    lane = Lane()
    lane.take(replace(record, value=json.dumps(document).encode()))
    TASK.validate(json.loads(lane.state or b""))


def test_a_completed_task_is_forgotten_with_its_dead_letters(lane: Lane) -> None:
    step = ManualRemediationStep(BUNDLE)
    task = lane.take(dead_letter())
    assert forgotten_at(task) is None
    lane.take(command(Happening.COMPLETE, 1))
    assert lane.state is not None
    due = step.due(lane.state)
    assert due is not None
    assert (due - NOW_NS) // (86_400 * 10**9) == 90
    assert step.tick(lane.state, FINGERPRINT.encode(), due).state is None


def test_no_value_of_a_trace_is_in_a_task(lane: Lane) -> None:
    """Promise 4: the canary was in the trace, and is in no state and no event."""
    canary = "canary-7f3a"
    record = dead_letter(trace_id=f"jane {canary}", producer=f"x {canary}")
    lane.take(record)
    text = (lane.state or b"").decode() + json.dumps([str(effect) for effect in lane.effects])
    assert canary not in text


def test_the_replay_that_a_task_asks_for_is_one_that_the_agent_reads(lane: Lane) -> None:
    step = ManualRemediationStep(BUNDLE)
    lane.take(dead_letter(), command(Happening.EDIT, 1, edit=RULE))
    [asked] = step.step(lane.state, command(Happening.COMPLETE, 2), NOW_NS).effects
    read = read_command(RawRecord("quality.replays", 0, 0, 0, asked.key, asked.value, asked.headers))
    assert read.request is not None
    assert read.request.edit is not None
    assert read.request.edit.rule == "missing_required_fields"
