"""What a script reads in demo-report.json, and when a demo is no success."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from assay.agents.audit.end_report import Balance, EndReport
from assay.agents.audit.finding import SHOWN
from assay.agents.audit.hop_report import HopReport
from assay.agents.audit.journal import JournalLine
from assay.agents.audit.testing import Story
from assay.agents.demo.result import DemoResult, count_faults
from assay.pipeline.core.record import source_of
from assay.pipeline.core.topics import TopicRole

from .conftest import LOOP, REPLAYS

Finish = Callable[..., DemoResult]


def test_the_report_has_the_members_that_scripts_rely_on(story: Story, finish: Finish) -> None:
    document = finish(story).to_json()
    assert document["ok"] is True
    assert document["failures"] == []
    assert document["produced"] == 10
    assert document["outcomes"] == {"valid": 8, "invalid": 2, "dead_lettered": 0}
    assert document["by_code"] == {"schema.required_missing": 2}
    assert (document["lost"], document["duplicated"], document["invented"]) == (0, 0, 0)
    assert (document["faults_injected"], document["faults_found"]) == (2, 2)
    assert document["traces_per_second"] == 5.0
    assert document["traces_per_core_second"] == 20.0
    detection = document["detection_ms"]
    assert isinstance(detection, dict)
    assert detection.keys() == {"p50", "p99"}
    audit = document["audit"]
    assert isinstance(audit, dict)
    assert audit["ok"] is True


def test_the_report_tells_of_the_second_half_of_the_loop(story: Story, finish: Finish) -> None:
    """Issue 5, must show 1."""
    result = finish(story)
    ended = EndReport(receipts=7, by_outcome={"remediated": 5})
    ends = {"valid": 8, "remediated": 2, "quarantined": 0, "dead_lettered": 3}
    audit = replace(result.audit, ended=ended, balance=Balance(raw=13, ends=ends))
    document: Any = replace(result, audit=audit).to_json()
    assert document["ok"] is True
    assert (document["receipts"], document["tasks_completed"]) == (7, 1)
    assert (document["replayed"], document["notifications"]) == (3, 2)
    assert document["ends"] == ends
    assert document["receipt"] == {
        "source": "traces.raw/0/1",
        "rules": ["missing_required_fields@1"],
        "codes": ["schema.required_missing"],
        "changes": [{"op": "add", "path": "/trace_type"}],
    }
    assert (document["task"]["status"], document["task"]["dead_letters"]) == ("completed", 3)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"failures": ("no task came",)}, "no task came"),
        ({"receipt": None}, "no repaired trace has a receipt that opens"),
        ({"worked": replace(LOOP.worked, replays=2)}, "of 3 dead letters of the task 2 were replayed"),
        ({"called": LOOP.called._replace(refused=1)}, "1 webhook calls were not signed"),
    ],
)
def test_a_loop_that_stops_short_is_a_failure(
    story: Story, finish: Finish, changes: dict[str, Any], says: str
) -> None:
    result = finish(story)
    [failure] = replace(result, loop=replace(LOOP, **changes)).failures
    assert failure.startswith(says)


def test_a_replayed_source_that_does_not_pass_is_a_failure(story: Story, finish: Finish) -> None:
    result = finish(story)
    replays = replace(REPLAYS, current={"valid": 2, "quarantined": 1})
    [failure] = replace(result, audit=replace(result.audit, replays=replays)).failures
    assert failure == "of 3 sources that were replayed 1 do not pass"


def test_a_lost_trace_is_a_failure(story: Story, finish: Finish) -> None:
    story.outcomes.pop(0)
    result = finish(story)
    assert result.lost == 1
    assert any("no outcome" in failure for failure in result.failures)
    assert result.to_json()["ok"] is False


def test_a_doubled_and_an_invented_one_too(story: Story, finish: Finish) -> None:
    story.outcome(TopicRole.VALID, story.raw[0])
    story.outcome(TopicRole.VALID, replace(story.raw[0], offset=99))
    result = finish(story)
    assert (result.duplicated, result.invented) == (1, 1)
    assert len(result.failures) >= 2


def test_a_fault_that_passed_is_counted_as_not_found(story: Story, finish: Finish) -> None:
    passed = story.raw[8]
    story.outcomes = [
        (role, record)
        for role, record in story.outcomes
        if f"{source_of(passed)}".encode() not in dict(record.headers).values()
    ]
    story.outcome(TopicRole.VALID, passed)
    result = finish(story)
    assert (result.faults.injected, result.faults.found) == (2, 1)
    assert any("1 injected faults were not found" in failure for failure in result.failures)


def test_a_good_trace_that_did_not_pass_is_no_fault_that_was_not_found(story: Story, finish: Finish) -> None:
    story.journal[8] = story.journal[8]._replace(expected=None, blocking=False)
    result = finish(story)
    assert (result.faults.injected, result.faults.found) == (1, 1)
    assert result.failures


def test_what_the_audit_only_counts_is_taken_for_a_fault_that_was_not_found() -> None:
    story = Story()
    passed = [story.publish() for _ in range(SHOWN + 5)]
    story.transaction((raw, TopicRole.VALID) for raw in passed)
    story.journal = [
        JournalLine(raw.key, source_of(raw), "corrupt.empty", blocking=True, known=True) for raw in passed
    ]
    faults = count_faults(story.journal, story.report())
    assert (faults.injected, faults.found) == (SHOWN + 5, 0)


def test_records_of_unknown_content_are_no_faults(story: Story) -> None:
    lines = [JournalLine(b"k", source_of(story.raw[0]), None, blocking=False, known=False)]
    assert count_faults(lines, story.report()).injected == 0


def test_what_did_not_reach_kafka_is_a_failure(story: Story, finish: Finish) -> None:
    assert any("never acknowledged" in failure for failure in finish(story, unknown=1).failures)
    assert any("larger than" in failure for failure in finish(story, refused=1).failures)


def test_what_is_still_in_flight_is_a_failure(story: Story, finish: Finish) -> None:
    story.publish()
    assert any("no committed outcome" in failure for failure in finish(story).failures)


def test_what_is_not_classified_yet_is_a_failure(story: Story, finish: Finish) -> None:
    result = finish(story)
    late = replace(result.audit, classified=HopReport(records=2, accounted=1, in_flight=1))
    assert replace(result, audit=late).failures == ("1 failing traces are not classified yet",)


def test_the_report_says_what_came_out_of_classification(story: Story, finish: Finish) -> None:
    result = finish(story)
    hop = HopReport(records=2, accounted=2, facts=3, by_team={"platform_engineering": 2})
    classified = replace(result, audit=replace(result.audit, classified=hop)).to_json()["classified"]
    assert isinstance(classified, dict)
    assert (classified["accounted"], classified["facts"]) == (2, 3)
    assert classified["by_team"] == {"platform_engineering": 2}
    assert {"by_severity", "by_disposition", "in_flight", "issue_groups"} <= classified.keys()


def test_speed_without_time_or_cpu_is_not_told(story: Story, finish: Finish) -> None:
    speed = replace(finish(story).flowed.speed, seconds=0.0, cpu_seconds=0.0)
    assert (speed.per_second, speed.per_core_second) == (None, None)
