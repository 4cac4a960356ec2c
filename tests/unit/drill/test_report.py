"""What is said of a drill (S0-198, S0-200)."""

import pytest

from assay.pipeline.drill import AGENTS, TOO_LONG, Drill, DrillReport, Step, StepName, StepVerdict, Why


def report(*verdicts: StepVerdict) -> DrillReport:
    return DrillReport(Drill.CRITICAL, [Step(StepName.PLANNED, verdict) for verdict in verdicts])


@pytest.mark.parametrize(
    ("verdicts", "ok"),
    [
        ([StepVerdict.PASSED, StepVerdict.SKIPPED], True),
        ([StepVerdict.PASSED, StepVerdict.FAILED], False),
        ([StepVerdict.PASSED, StepVerdict.NOT_RUN], False),
        ([], False),
    ],
)
def test_a_drill_is_passed_when_every_step_is(verdicts: list[StepVerdict], ok: bool) -> None:
    assert report(*verdicts).ok is ok


def test_slow_detection_has_the_words_of_the_runbook() -> None:
    """S0-200."""
    late = Step(StepName.DETECTED, StepVerdict.FAILED, 30.1, Why.TOO_SLOW)
    assert late.sentence.startswith(TOO_LONG)
    assert "agent detector" in late.sentence


def test_a_step_that_waits_in_vain_names_the_agent_to_look_at() -> None:
    for name, agent in AGENTS.items():
        sentence = Step(name, StepVerdict.FAILED, 1, Why.TOO_SLOW, "critical 0 is missing").sentence
        assert f"is the agent {agent} running?" in sentence
        assert "critical 0 is missing" in sentence


def test_a_report_for_scripts_has_verdict_time_and_reason_of_each_step() -> None:
    step = Step(StepName.REPAIRED, StepVerdict.FAILED, 1.23456, Why.BELOW_RATE, "17 of 20 traces")
    assert DrillReport(Drill.REMEDIATION, [step], ["traces.raw/0/7"], ["ab"]).to_json() == {
        "drill": "remediation",
        "ok": False,
        "steps": [
            {
                "step": "repaired",
                "verdict": "failed",
                "seconds": 1.235,
                "why": "below_rate",
                "detail": "below rate: 17 of 20 traces",
            }
        ],
        "sources": ["traces.raw/0/7"],
        "fingerprints": ["ab"],
    }
