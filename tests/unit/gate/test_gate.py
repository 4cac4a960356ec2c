"""What a producer is told of a trace before it is published."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.issue import Category, Finding, Severity
from assay.pipeline.core.trace import Trace
from assay.pipeline.detect import DETECTORS, build_detectors
from assay.pipeline.gate import (
    ADVICE,
    Advice,
    Detail,
    Gate,
    GateDecision,
    GateMode,
    record_of,
    result_document,
    severity_of_step,
)
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.parse import load_bundle

from .conftest import NOW_NS, TOPIC, Ask, gate_of

ADDRESS = "jane.doe@example.org"


def codes(issues: Any) -> set[str]:
    return {issue.code.value for issue in issues}


def test_a_good_trace_passes(ask: Ask, good: dict[str, Any]) -> None:
    """S0-162: passed, without issues, without advice."""
    result = ask(good)

    assert result.passed
    assert result.decision is GateDecision.PASSED
    assert (result.issues, result.recommendations) == ((), ())


def test_what_its_schema_forbids_does_not_pass(ask: Ask, good: dict[str, Any]) -> None:
    """S0-157, S0-164: refused, with advice that names the version to go to."""
    del good["workflow_id"]

    result = ask(good)

    assert result.decision is GateDecision.REFUSED
    assert codes(result.blocking) == {"schema.required_missing"}
    (advice,) = result.recommendations
    assert advice.advice is Advice.SCHEMA
    assert "latest version of its schema" in advice.text
    assert "workflow_trace 1.2.0" in advice.text


def test_personal_data_does_not_pass_and_is_not_repeated(ask: Ask, good: dict[str, Any]) -> None:
    """S0-158, S0-165: refused, told to review how personal data is handled; the data is nowhere in the answer."""
    good["inputs"]["note"] = f"write to {ADDRESS}"

    result = ask(good)

    assert codes(result.blocking) == {"security.pii_email"}
    assert [each.advice for each in result.recommendations] == [Advice.PERSONAL_DATA]
    assert "redact" in result.recommendations[0].text
    assert ADDRESS not in repr(result)
    assert ADDRESS not in json.dumps(result_document(result))


def test_what_contradicts_itself_does_not_pass(ask: Ask, good: dict[str, Any]) -> None:
    """S0-159."""
    good["status"] = "completed"
    good["ended_at"] = None

    assert "business.state_invalid" in codes(ask(good).blocking)


def test_what_does_not_block_passes_with_advice(ask: Ask, good: dict[str, Any]) -> None:
    """S0-163, S0-166: a heavy shape is a warning, and the advice is about size and structure."""
    good["inputs"]["many"] = [["x" * 20] * 6_000]

    result = ask(good)

    assert result.decision is GateDecision.PASSED_WITH_WARNINGS
    assert result.blocking == ()
    assert "performance.structure_inefficient" in codes(result.warnings)
    assert Advice.SIZE_AND_STRUCTURE in [each.advice for each in result.recommendations]


def test_thresholds_are_those_of_the_policies(
    ask: Ask, good: dict[str, Any], files: dict[str, bytes]
) -> None:
    """S0-160: a budget that is halved in a file refuses what passed."""
    value = json.dumps(good).encode()
    budget = f"subjects: {{workflow_trace: {{max_bytes: {len(value) - 1}}}}}".encode()
    strict = gate_of(load_bundle({**files, "policies/performance.yaml": budget}))

    assert ask(value).passed
    assert codes(ask(value, at=strict).blocking) == {"performance.oversized"}


def test_a_code_may_be_strict_at_the_gate_alone(
    ask: Ask, good: dict[str, Any], files: dict[str, bytes]
) -> None:
    """S0-160: the mode at the point ``gate`` is what counts here."""
    del good["context"]["region"]
    policy = b"codes: {schema.optional_missing: {mode: audit, at: {gate: strict}}}"
    strict = gate_of(load_bundle({**files, "policies/classification.yaml": policy}))

    assert ask(good).passed
    assert codes(ask(good, at=strict).blocking) == {"schema.optional_missing"}


def test_what_is_only_counted_at_the_gate_is_not_told(
    ask: Ask, good: dict[str, Any], files: dict[str, bytes]
) -> None:
    del good["context"]["region"]
    policy = b"codes: {schema.optional_missing: {at: {gate: audit}}}"
    lenient = gate_of(load_bundle({**files, "policies/classification.yaml": policy}))

    result = ask(good, at=lenient)

    assert result.decision is GateDecision.PASSED
    assert codes(result.audited) == {"schema.optional_missing"}


def test_a_gate_that_warns_lets_through_and_says_what_it_would_refuse(ask: Ask, good: dict[str, Any]) -> None:
    del good["workflow_id"]

    result = ask(good, GateMode.WARN)

    assert (result.passed, result.decision) == (True, GateDecision.LET_THROUGH)
    assert codes(result.blocking) == {"schema.required_missing"}


def test_a_gate_that_is_off_judges_nothing(ask: Ask) -> None:
    result = ask(b"no JSON at all", GateMode.OFF)

    assert (result.decision, result.issues) == (GateDecision.SKIPPED_OFF, ())


@pytest.mark.parametrize("document", [{"x": float("nan")}, {"x": "\ud800"}, {"x": 2**70}])
def test_a_document_is_judged_as_json_would_carry_it(ask: Ask, document: dict[str, Any]) -> None:
    """What a library would quietly mend is found: not a number, half a character, too large a number."""
    assert any(code.startswith("corrupt.") for code in codes(ask(document).blocking))


@dataclass
class Failing:
    """A detector with a bug."""

    name: str

    def detect(self, trace: Trace) -> Sequence[Finding]:
        raise RuntimeError(trace.document)


def failing(bundle: Bundle, closed_from: Severity | None, name: str) -> Gate:
    found = [Failing(name) if each.name == name else each for each in build_detectors(bundle)]
    return gate_of(bundle, closed_from, found)


@pytest.mark.parametrize(
    ("step", "closed_from", "decision"),
    [
        ("security", None, GateDecision.PASSED_UNJUDGED),
        ("security", Severity.CRITICAL, GateDecision.REFUSED_UNJUDGED),
        ("performance", Severity.CRITICAL, GateDecision.PASSED_UNJUDGED),
        ("performance", Severity.HIGH, GateDecision.REFUSED_UNJUDGED),
        ("time", Severity.LOW, GateDecision.PASSED_UNJUDGED),
    ],
)
def test_a_step_that_fails_closes_the_gate_by_what_it_could_have_found(
    ask: Ask,
    good: dict[str, Any],
    bundle: Bundle,
    step: str,
    closed_from: Severity | None,
    decision: GateDecision,
) -> None:
    """Nothing of ``time`` blocks, so nothing is lost when it cannot judge."""
    result = ask(good, at=failing(bundle, closed_from, step))

    assert result.decision is decision
    assert result.unjudged == (step,)


def test_what_is_certain_is_refused_whatever_else_failed(
    ask: Ask, good: dict[str, Any], bundle: Bundle
) -> None:
    del good["workflow_id"]

    result = ask(good, at=failing(bundle, None, "security"))

    assert result.decision is GateDecision.REFUSED


def test_a_gate_that_knows_nothing_of_a_trace_decides_by_the_worst_that_there_is(bundle: Bundle) -> None:
    closed, unlocked = gate_of(bundle, Severity.CRITICAL), gate_of(bundle, None)

    assert closed.without_verdict(GateMode.ENFORCE).decision is GateDecision.REFUSED_UNJUDGED
    assert closed.without_verdict(GateMode.WARN).decision is GateDecision.LET_THROUGH
    assert unlocked.without_verdict(GateMode.ENFORCE).decision is GateDecision.PASSED_UNJUDGED


def test_every_detector_is_a_step_that_codes_are_named_after(bundle: Bundle) -> None:
    families = {code.partition(".")[0] for code in IssueCode}

    assert {name for name, _ in DETECTORS} <= families
    assert severity_of_step(bundle, "security") is Severity.CRITICAL
    assert severity_of_step(bundle, "time") is None


@pytest.mark.parametrize("code", IssueCode)
def test_there_is_advice_for_every_code(code: IssueCode) -> None:
    """S0-164 … S0-166."""
    assert isinstance(ADVICE[code], Advice)


def test_advice_is_given_once_for_many_issues(ask: Ask, good: dict[str, Any]) -> None:
    good["inputs"] = {f"note{number}": ADDRESS for number in range(3)} | {"iban": "DE89370400440532013000"}

    result = ask(good)

    (advice,) = result.recommendations
    assert {code.value for code in advice.codes} == codes(result.blocking)
    assert len(result.blocking) > 1


def test_the_answer_as_json(ask: Ask, good: dict[str, Any]) -> None:
    """S0-162."""
    del good["workflow_id"]

    full = result_document(ask(good))
    brief = result_document(ask(good), Detail.CODES)

    assert full["blocking"][0]["code"] == "schema.required_missing"  # type: ignore[index, call-overload]  # JSON
    assert brief["blocking"] == ["schema.required_missing"]
    assert (full["passed"], brief["decision"]) == (False, "refused")


def test_categories_are_those_of_policy(ask: Ask, good: dict[str, Any]) -> None:
    good["inputs"]["note"] = ADDRESS

    (issue,) = ask(good).blocking

    assert (issue.category, issue.severity) == (Category.SECURITY, Severity.CRITICAL)


def test_a_record_carries_the_time_that_its_producer_would_set() -> None:
    assert record_of(b"{}", TOPIC, NOW_NS).timestamp == NOW_NS // 1_000_000
    assert record_of(b"{}", TOPIC, NOW_NS, timestamp_ms=7).timestamp == 7
