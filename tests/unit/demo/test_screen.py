"""What a person reads."""

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from assay.agents.audit.end_report import Balance
from assay.agents.audit.hop_report import HopReport
from assay.agents.audit.testing import Story
from assay.agents.demo.display import LINE_EVERY_S, display_on
from assay.agents.demo.result import DemoResult
from assay.agents.demo.screen import show, show_next
from assay.agents.demo.watch import Snapshot
from assay.pipeline.core.code_words import SENTENCES
from assay.pipeline.core.codes import IssueCode

Finish = Callable[..., DemoResult]


def on_console(print_it: Callable[[Console], None], *, terminal: bool = False) -> str:
    text = io.StringIO()
    print_it(Console(width=120, file=text, force_terminal=terminal, _environ={"TERM": "xterm"}))
    return text.getvalue()


def shown(result: DemoResult) -> str:
    return on_console(lambda console: show(result, console))


def has_row(text: str, *words: str) -> bool:
    return any(all(word in line for word in words) for line in text.splitlines())


def test_it_says_what_came_in_and_what_became_of_it(story: Story, finish: Finish) -> None:
    text = shown(finish(story))
    assert has_row(text, "made up, 3% with a fault", "10")
    assert has_row(text, "valid", "8", "traces.valid")
    assert has_row(text, "of those with warnings", "1")
    assert has_row(text, "invalid", "2", "traces.invalid")


def test_a_problem_comes_with_its_severity_number_and_sentence(story: Story, finish: Finish) -> None:
    text = shown(finish(story))
    sentence = SENTENCES[IssueCode.SCHEMA_REQUIRED_MISSING]
    assert has_row(text, "critical", "schema.required_missing", " 2 ", sentence)


def test_the_proof_names_losses_duplicates_and_faults(story: Story, finish: Finish) -> None:
    text = shown(finish(story))
    assert "✓ 0 lost, 0 duplicated, 0 invented" in text
    assert "✓ 2 of 2 injected faults found" in text


def test_it_shows_one_receipt_the_task_its_replay_and_the_call(story: Story, finish: Finish) -> None:
    """Issue 5, must show 1: rule and paths, and nothing of what stood there."""
    text = shown(finish(story))
    assert has_row(text, "repaired by", "missing_required_fields@1", "schema.required_missing")
    assert has_row(text, "add", "/trace_type", "sealed")
    assert has_row(text, "task", "t-1", "completed")
    assert has_row(text, "dead letters", "3")
    assert has_row(text, "now valid", "3")
    assert has_row(text, "webhook calls", "2")
    assert "Critical issue detected" in text


def test_the_four_outcomes_add_up_on_one_line(story: Story, finish: Finish) -> None:
    result = finish(story)
    ends = {"valid": 8, "remediated": 1, "quarantined": 3, "dead_lettered": 1}
    text = shown(replace(result, audit=replace(result.audit, balance=Balance(raw=13, ends=ends))))
    assert "✓ 8 valid + 1 remediated + 3 quarantined + 1 dead_lettered = 13" in text
    lost = Balance(raw=14, ends=ends, lost=1)
    assert "✗ 8 valid" in shown(replace(result, audit=replace(result.audit, balance=lost)))


def test_it_says_what_is_to_be_done_and_whose_it_is(story: Story, finish: Finish) -> None:
    assert "What is to be done" not in shown(finish(story)), "nothing was classified"
    result = finish(story)
    hop = HopReport(
        accounted=2,
        facts=3,
        issue_groups=1,
        by_disposition={"quarantine": 2},
        by_team={"security_team": 2},
        by_severity={"critical": 2},
    )
    text = shown(replace(result, audit=replace(result.audit, classified=hop)))
    assert has_row(text, "quarantine", "2", "to be contained")
    assert has_row(text, "security_team", "2")
    assert has_row(text, "critical", "2")
    assert has_row(text, "issue facts", "3", "1 groups")


def test_no_tick_where_the_audit_found_something(story: Story, finish: Finish) -> None:
    story.outcomes.pop(0)
    text = shown(finish(story))
    assert "✗ 1 lost" in text
    assert "no outcome names this source" in text


def test_speed_says_at_which_pace(story: Story, finish: Finish) -> None:
    assert "as fast as the worker followed" in shown(finish(story))
    result = finish(story, rate=500.0)
    assert "published at 500/s" in shown(result)
    assert "the worker kept up" in shown(result)
    speed = replace(result.flowed.speed, most_lag=100_000, restarts=2)
    behind = shown(replace(result, flowed=replace(result.flowed, speed=speed)))
    assert "latency is partly waiting" in behind
    assert has_row(behind, "worker restarts", "2")


def test_a_file_name_is_not_taken_for_markup(story: Story, finish: Finish) -> None:
    result = finish(story)
    named = replace(result, flowed=replace(result.flowed, published={"[bold]x[/bold].jsonl": 10}))
    assert "[bold]x[/bold].jsonl" in shown(named)


def test_commands_for_the_topics_are_offered_only_when_they_are_still_there() -> None:
    report = Path("demo-report.json")
    command = "ASSAY_ENV=demo-abc ASSAY_TOPIC_PREFIX=demo-abc. assay audit"
    assert command in on_console(lambda console: show_next("demo-abc", report, console, there=True))
    assert command not in on_console(lambda console: show_next("demo-abc", report, console, there=False))


def flow(console: Console) -> None:
    with display_on(console) as display:
        display.doing("starting kafka")
        display.done("kafka is up")
        display.doing("publishing")
        for tenths in range(int(LINE_EVERY_S * 10) + 1):
            display.flowing(Snapshot(tenths / 10, 1000, tenths * 10, tenths, 10.0))
        display.doing("auditing")
        display.auditing("raw", 1, 2)
        display.auditing("raw", 2, 2)


def test_where_there_is_no_terminal_a_line_comes_now_and_then() -> None:
    lines = on_console(flow).splitlines()
    assert sum("judged" in line for line in lines) == 2
    assert "lag 270" in lines[-3]
    assert sum("raw" in line for line in lines) == 1


def test_a_terminal_gets_bars_and_keeps_what_was_done() -> None:
    text = on_console(flow, terminal=True)
    assert "kafka is up" in text
    assert "judged" in text
    assert "lag 270" in text
    assert "judged" not in text.rpartition("\x1b[2K")[2], "the bars are wiped"
