"""The gate in a producer's process: what it lets through, refuses, leaves out, and how it accounts for it."""

import asyncio
import json
import logging
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.errors import ConfigError
from assay.pipeline.core.issue import Finding, Severity
from assay.pipeline.core.trace import Trace
from assay.pipeline.detect import DETECTORS
from assay.pipeline.policy.bundle import Bundle
from assay.sdk import (
    GateConfig,
    GateDecision,
    GateMode,
    TraceQualityGate,
    TraceRefusedError,
    create_trace_quality_sdk,
    load_policies,
)

from .conftest import MakeGate, Stopwatch

ROOT = Path(__file__).resolve().parents[3]
ADDRESS = "jane.doe@example.org"


def test_a_refused_trace_raises_an_error_that_says_why_and_nothing_of_the_trace(
    make_gate: MakeGate, bad: dict[str, Any]
) -> None:
    """S0-162: code and place, no value; the same error whatever is tried."""
    with pytest.raises(TraceRefusedError, match=r"security\.pii_email at /inputs/") as refused:
        make_gate().admit(bad)

    assert ADDRESS not in str(refused.value)
    assert refused.value.result.recommendations


def test_a_good_trace_is_admitted(make_gate: MakeGate, good: dict[str, Any]) -> None:
    assert make_gate().admit(good).decision is GateDecision.PASSED


def test_a_gate_judges_with_the_detectors_of_the_stream(make_gate: MakeGate) -> None:
    """S0-157 … S0-159, S0-161: the very table of the pipeline, and no list of its own."""
    assert [validator.name for validator in make_gate().validators] == [name for name, _ in DETECTORS]


def test_a_gate_that_warns_says_so_once_for_each_code(
    make_gate: MakeGate, bad: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    gate = make_gate(mode=GateMode.WARN)

    with caplog.at_level(logging.WARNING):
        decisions = {gate.admit(bad).decision for _ in range(3)}

    assert decisions == {GateDecision.LET_THROUGH}
    (line,) = caplog.messages
    assert "security.pii_email" in line
    assert ADDRESS not in line


def test_a_dry_run_lets_everything_through_without_a_word_and_counts(
    make_gate: MakeGate, bad: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    gate = make_gate(dry_run=True)

    assert gate.admit(bad).passed

    assert not caplog.messages
    assert gate.client_report().codes == {(GateDecision.LET_THROUGH, IssueCode.SECURITY_PII_EMAIL): 1}


def test_the_report_tells_what_became_of_every_trace(
    make_gate: MakeGate, good: dict[str, Any], bad: dict[str, Any]
) -> None:
    gate = make_gate()
    for trace in (good, good, bad):
        gate.check(trace)
    gate.check(good, topic="orders")

    report = gate.client_report(reset=True)

    assert {decision: count for decision, count in report.decisions.items() if count} == {
        GateDecision.PASSED: 2,
        GateDecision.REFUSED: 1,
        GateDecision.SKIPPED_TOPIC: 1,
    }
    assert report.codes == {(GateDecision.REFUSED, IssueCode.SECURITY_PII_EMAIL): 1}
    assert report.refused == 1
    (example,) = report.examples
    assert example.codes == (IssueCode.SECURITY_PII_EMAIL,)
    assert ADDRESS not in json.dumps(report.document())
    assert sum(gate.client_report().decisions.values()) == 0


def test_the_report_does_not_grow_with_traffic(make_gate: MakeGate, bad: dict[str, Any]) -> None:
    """However many traces are refused, it names the last ones."""
    gate = make_gate(examples=3)
    for number in range(20):
        gate.check(bad | {"trace_id": f"trace-{number}"})

    report = gate.client_report()

    assert [example.trace_id for example in report.examples] == ["trace-17", "trace-18", "trace-19"]
    assert len(report.codes) == 1


def test_a_sample_treats_the_same_bytes_alike_and_counts_what_it_leaves_out(make_gate: MakeGate) -> None:
    gate = make_gate(sample=0.25)
    values = [json.dumps({"number": number}).encode() for number in range(400)]

    first, second = ([gate.check(value).decision for value in values] for _ in range(2))

    assert first == second
    left_out = first.count(GateDecision.SKIPPED_SAMPLE)
    assert 0.65 < left_out / len(values) < 0.85
    assert gate.client_report().decisions[GateDecision.SKIPPED_SAMPLE] == 2 * left_out


@pytest.mark.parametrize(("sample", "judged"), [(0.0, False), (1.0, True)])
def test_none_or_all(make_gate: MakeGate, good: dict[str, Any], sample: float, *, judged: bool) -> None:
    assert (make_gate(sample=sample).check(good).decision is GateDecision.PASSED) is judged


def test_steps_that_have_no_time_left_are_not_begun(
    make_gate: MakeGate, bad: dict[str, Any], stopwatch: Stopwatch
) -> None:
    """Each look takes 20 ms, so the first steps run, slowly, and the last ones not at all; what was found stands."""
    stopwatch.each_ms = 20
    gate = make_gate(step_budget_ms=10, total_budget_ms=100)

    result = gate.check(bad)
    report = gate.client_report()

    assert result.decision is GateDecision.REFUSED
    assert result.unjudged
    assert set(report.slow) == {"schema", "security"}
    assert set(result.unjudged) == set(report.unjudged) == {name for name, _ in DETECTORS} - set(report.slow)


@pytest.mark.parametrize(
    ("closed_from", "decision"),
    [
        (None, GateDecision.PASSED_UNJUDGED),
        (Severity.CRITICAL, GateDecision.REFUSED_UNJUDGED),
    ],
)
def test_without_time_the_gate_is_open_or_closed_as_configured(
    make_gate: MakeGate,
    good: dict[str, Any],
    stopwatch: Stopwatch,
    closed_from: Severity | None,
    decision: GateDecision,
) -> None:
    stopwatch.each_ms = 50
    gate = make_gate(closed_from=closed_from)

    result = gate.check(good)

    assert result.decision is decision
    assert gate.client_report().decisions[decision] == 1


def test_an_id_that_nobody_had_time_to_look_at_is_not_said(
    make_gate: MakeGate, bad: dict[str, Any], stopwatch: Stopwatch
) -> None:
    """It could be a card number (promise 4)."""
    stopwatch.each_ms = 60
    del bad["workflow_id"]

    result = make_gate().check(bad | {"trace_id": "4111111111111111"})

    assert {issue.code for issue in result.blocking} >= {IssueCode.SCHEMA_REQUIRED_MISSING}
    assert "security" in result.unjudged
    assert result.trace_id == "none"


class Breaking:
    """A detector that breaks in a way that no detector may."""

    name = "schema"

    def detect(self, trace: Trace) -> Sequence[Finding]:
        raise MemoryError(ADDRESS)


def test_a_gate_that_breaks_does_not_take_its_producer_with_it(
    make_gate: MakeGate, good: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = make_gate()
    monkeypatch.setattr(gate._court.gate, "_judge", Breaking().detect)

    assert gate.check(good).decision is GateDecision.PASSED_UNJUDGED
    assert gate.client_report().unjudged == {"all": 1}


async def test_an_event_loop_gets_the_same_answer(
    make_gate: MakeGate, good: dict[str, Any], bad: dict[str, Any]
) -> None:
    """S0-162: the answer of ``validate_before_ingestion`` for a small trace, and for one that is judged in a thread."""
    for inline_bytes in (1_000_000, 0):
        gate = make_gate(inline_bytes=inline_bytes)
        assert (await gate.validate_before_ingestion(good)).decision is GateDecision.PASSED
        assert (await gate.validate_before_ingestion(bad)).decision is GateDecision.REFUSED


async def test_a_place_is_given_back_when_its_trace_was_judged(
    make_gate: MakeGate, good: dict[str, Any]
) -> None:
    gate = make_gate(inline_bytes=0, most_waiting=1, total_budget_ms=60_000)

    decisions = {(await gate.validate_before_ingestion(good)).decision for _ in range(3)}

    assert decisions == {GateDecision.PASSED}


class Held:
    """Stands for judging that takes as long as the test wants."""

    def __init__(self) -> None:
        self.go_on = threading.Event()

    def __call__(self, *_: object) -> Any:
        assert self.go_on.wait(30)
        raise RuntimeError("too late anyway")


async def test_an_event_loop_does_not_wait_longer_than_the_budget(
    make_gate: MakeGate, good: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is judged too late counts once, as not judged; and while all places are taken, nobody waits at all."""
    gate = make_gate(inline_bytes=0, total_budget_ms=20, step_budget_ms=10, most_waiting=1)
    held = Held()
    monkeypatch.setattr(gate._court.gate, "_judge", held)
    try:
        late = await gate.validate_before_ingestion(good)
        crowded = await asyncio.wait_for(gate.validate_before_ingestion(good), 30)
    finally:
        held.go_on.set()

    assert late.decision is crowded.decision is GateDecision.PASSED_UNJUDGED
    assert gate.client_report().decisions[GateDecision.PASSED_UNJUDGED] == 2


def test_several_threads_share_a_gate(make_gate: MakeGate, good: dict[str, Any], bad: dict[str, Any]) -> None:
    gate = make_gate()

    def judge_some() -> None:
        for _ in range(50):
            assert gate.check(good).passed
            assert not gate.check(bad).passed

    threads = [threading.Thread(target=judge_some) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    decisions = gate.client_report().decisions
    assert (decisions[GateDecision.PASSED], decisions[GateDecision.REFUSED]) == (200, 200)


def test_another_bundle_is_used_from_the_next_trace_on(
    make_gate: MakeGate, bundle: Bundle, good: dict[str, Any], tmp_path: Path
) -> None:
    """S0-160: thresholds of policy, also new ones."""
    gate = make_gate()
    assert gate.check(good).passed
    (tmp_path / "policies").mkdir()
    for file in (ROOT / "policies").glob("*.yaml"):
        (tmp_path / "policies" / file.name).write_bytes(file.read_bytes())
    (tmp_path / "policies" / "performance.yaml").write_text("subjects: {workflow_trace: {max_bytes: 10}}")

    gate.use(load_policies(tmp_path))

    assert gate.bundle.bundle_id != bundle.bundle_id
    assert not gate.check(good).passed


def test_a_directory_without_policies_is_no_bundle(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="has none of schemas/, policies/, remediation_rules/"):
        load_policies(tmp_path)


def test_topics_have_the_prefix_of_the_environment(bundle: Bundle, bad: dict[str, Any]) -> None:
    gate = TraceQualityGate(config=GateConfig(topic_prefix="eu."), bundle=bundle)

    assert gate.covers("eu.traces.raw")
    assert not gate.covers("traces.raw")
    assert not gate.check(bad).passed


def test_everything_wrong_with_a_configuration_is_told_at_once() -> None:
    with pytest.raises(ConfigError) as error:
        GateConfig(sample=1.5, step_budget_ms=200, examples=-1)

    assert [problem.where for problem in error.value.problems] == ["sample", "total_budget_ms", "examples"]


def test_the_library_has_checks_schemas_and_guidelines() -> None:
    """S0-161, S0-169: and each is the one that judges."""
    sdk = create_trace_quality_sdk()

    assert list(sdk.validators) == [name for name, _ in DETECTORS]
    assert tuple(sdk.validators.values()) == sdk.gate.validators
    schemas = sdk.schema_registry["workflow_trace"]
    assert schemas.current in schemas.versions
    assert set(sdk.quality_guidelines) == set(IssueCode)
    guideline = sdk.quality_guidelines[IssueCode.SECURITY_PII_EMAIL]
    assert (guideline.severity, guideline.mode.value) == (Severity.CRITICAL, "strict")
    assert all(guideline.remedy for guideline in sdk.quality_guidelines.values())
    assert any("personal data" in practice for practice in sdk.best_practices)
