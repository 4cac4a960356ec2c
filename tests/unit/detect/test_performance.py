"""The performance detector: size, duration, measurements, structure (S0-18, S0-19, S0-27, S0-29, S0-33, S0-41)."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.agents.policy_files import read_policy_files
from assay.pipeline.core.trace import Trace
from assay.pipeline.detect.performance import PerformanceDetector
from assay.pipeline.policy.any_subject import any_subject
from assay.pipeline.policy.parse import load_bundle
from assay.pipeline.policy.performance_rules import (
    DurationBudget,
    Measurement,
    PerformanceRules,
    StructureBudget,
    SubjectBudget,
)

SHIPPED = load_bundle(read_policy_files(None, None))
BUDGET = SubjectBudget(
    max_bytes=2_000,
    duration_at=("metrics", "execution_time_ms"),
    workflow_at=("workflow_id",),
    duration=DurationBudget(slow_ms=1_000, excessive_ms=10_000),
    workflows={
        "nightly": DurationBudget(slow_ms=5_000, excessive_ms=50_000),
        "quick": DurationBudget(slow_ms=100),
        "endless": DurationBudget(),
    },
    measurements=(
        Measurement("tokens", ("metrics", "tokens"), median=100, mad=10, k=5),
        Measurement("share", ("outputs", "share"), median=0.5, mad=0.1, k=3),
    ),
)
STRUCTURE = StructureBudget(from_bytes=300, max_depth=5, max_members=8, max_elements=20, repeated_bytes=64)
RULES = PerformanceRules(STRUCTURE, {"workflow_trace": BUDGET})
MS = "/metrics/execution_time_ms"


def detector(rules: PerformanceRules = RULES, most: int = 200) -> PerformanceDetector:
    limits = replace(SHIPPED.limits, max_issues=most)
    subjects = {**SHIPPED.subjects, "any": any_subject()}
    return PerformanceDetector(
        replace(SHIPPED, subjects=subjects, limits=limits, rules=replace(SHIPPED.rules, performance=rules))
    )


DETECTOR = detector()


def trace(
    document: Any, size: int | None = None, subject: str = "workflow_trace", version: str = "1.2.0"
) -> Trace:
    value = json.dumps(document).encode()
    return Trace(document, value if size is None else b" " * size, subject, version, "none", 0, 0)


def judged(document: Any, judge: PerformanceDetector = DETECTOR, **parts: Any) -> list[str]:
    return [f"{found.code.value}@{found.path}" for found in judge.detect(trace(document, **parts))]


def run(took_ms: Any = 10, workflow: Any = "other", **members: Any) -> dict[str, Any]:
    """A run with usual measurements."""
    metrics = {"execution_time_ms": took_ms, "tokens": 100}
    return {"workflow_id": workflow, "metrics": metrics, "outputs": {"share": 0.5}, **members}


def measured(tokens: Any = 100, share: Any = 0.5) -> dict[str, Any]:
    return {"metrics": {"execution_time_ms": 1, "tokens": tokens}, "outputs": {"share": share}}


def between(start: Any, end: Any, **members: Any) -> dict[str, Any]:
    return {"workflow_id": "other", "started_at": start, "ended_at": end, **members}


T = "2026-03-01T10:00:{}Z"
SLOW, EXCESSIVE = "performance.slow", "performance.processing_excessive"
ODD = "performance.anomalous"

RUNS: Mapping[str, tuple[Any, list[str]]] = {
    # S0-27, S0-19: one finding on the duration, the graver
    "quick enough": (run(1_000), []),
    "slow": (run(1_001), [f"{SLOW}@{MS}"]),
    "slow by a little": (run(1_000.001), [f"{SLOW}@{MS}"]),
    "just not excessive": (run(10_000), [f"{SLOW}@{MS}"]),
    "excessive": (run(10_001), [f"{EXCESSIVE}@{MS}"]),
    "beyond all numbers": (run(2**70), [f"{EXCESSIVE}@{MS}"]),
    "the budget of its own workflow": (run(5_000, "nightly"), []),
    "over the budget of its own workflow": (run(5_001, "nightly"), [f"{SLOW}@{MS}"]),
    "far over it": (run(50_001, "nightly"), [f"{EXCESSIVE}@{MS}"]),
    "a tighter budget of its own": (run(101, "quick"), [f"{SLOW}@{MS}"]),
    "which is never excessive": (run(10**9, "quick"), [f"{SLOW}@{MS}"]),
    "no budget": (run(10**9, "endless"), []),
    "a workflow that is no name": (run(1_001, ["nightly"]), [f"{SLOW}@{MS}"]),
    "less than nothing": (run(-5), []),
    "no number": (run("1001"), []),
    "true": (run(took_ms=True), []),
    "no metrics": ({"workflow_id": "other", "metrics": None}, []),
    # where the trace does not say, its times do
    "a second by its times": (between(T.format("00"), T.format("01")), []),
    "a nanosecond more": (
        between(T.format("00"), T.format("01.000000001")),
        [f"{SLOW}@/ended_at"],
    ),
    "eleven seconds": (between(T.format("00"), T.format("11")), [f"{EXCESSIVE}@/ended_at"]),
    "in two zones": (between(T.format("00"), "2026-03-01T11:00:01+01:00"), []),
    "backwards": (between(T.format("11"), T.format("00")), []),
    "not ended": (between(T.format("00"), None), []),
    "naive": (between("2026-03-01T10:00:00", "2026-03-01T10:00:11"), []),
    "what it says wins": (between(T.format("00"), T.format("11"), metrics={"execution_time_ms": 5}), []),
    # S0-29: outside median ± k · mad
    "usual": (measured(), []),
    "at the upper end": (measured(tokens=150), []),
    "over it": (measured(tokens=151), [f"{ODD}@/metrics/tokens"]),
    "at the lower end": (measured(tokens=50), []),
    "under it": (measured(tokens=49.999), [f"{ODD}@/metrics/tokens"]),
    "two of them": (measured(1_000, 0.9), [f"{ODD}@/metrics/tokens", f"{ODD}@/outputs/share"]),
    "a share": (measured(share=0.1), [f"{ODD}@/outputs/share"]),
    "not measured": (measured(None, None), []),
    "measured in words": (measured(tokens="many", share=True), []),
    "slow and odd": (
        {"metrics": {"execution_time_ms": 1_001, "tokens": 7}},
        [f"{SLOW}@{MS}", f"{ODD}@/metrics/tokens"],
    ),
}


@pytest.mark.parametrize(("document", "expected"), RUNS.values(), ids=RUNS)
def test_what_is_wrong_with_a_run(document: Any, expected: list[str]) -> None:
    assert judged(document) == expected


@pytest.mark.parametrize(("size", "expected"), [(2_000, []), (2_001, ["performance.oversized@"])])
def test_a_trace_over_the_bytes_of_its_subject_is_oversized(size: int, expected: list[str]) -> None:
    """S0-18."""
    assert judged(run(), size=size) == expected
    assert judged(run(), size=size, subject="agent_run", version="1.0.0") == [], "it has no budget here"


def nested(levels: int) -> Any:
    """So many objects and arrays inside one another."""
    inner: Any = 1
    for level in range(levels):
        inner = [inner] if level % 2 else {"hidden name": inner}
    return inner


BAD = "performance.structure_inefficient"
LONG, UMLAUTS = "x" * 64, "ü" * 32

SHAPES: Mapping[str, tuple[Any, list[str]]] = {
    "ordinary": ({"inputs": {"a": [1, 2, 3]}}, []),
    "as deep as may be": ({"inputs": nested(4)}, []),
    "deeper": ({"inputs": nested(5)}, [f"{BAD}@/inputs"]),
    "far deeper": ({"inputs": nested(50)}, [f"{BAD}@/inputs"]),
    "deeper in two members": (
        {"inputs": nested(5), "outputs": nested(9)},
        [f"{BAD}@/inputs", f"{BAD}@/outputs"],
    ),
    "deeper where no schema looks": ({"hidden name": nested(5)}, [f"{BAD}@/*"]),
    "as wide as may be": ({"inputs": {str(n): n for n in range(8)}}, []),
    "wider": ({"inputs": {str(n): n for n in range(9)}}, [f"{BAD}@/inputs"]),
    "the whole trace": ({str(n): n for n in range(9)}, [f"{BAD}@"]),
    "as long as may be": ({"steps": [*range(20)]}, []),
    "longer": ({"steps": [*range(21)]}, [f"{BAD}@/steps"]),
    "longer in an element": ({"steps": [{"inputs": [*range(21)]}]}, [f"{BAD}@/steps/0/inputs"]),
    "under a name that nobody declared": ({"inputs": {"secret": [*range(21)]}}, [f"{BAD}@/inputs/*"]),
    "a long text": ({"inputs": {"a": LONG}}, []),
    "two different ones": ({"inputs": {"a": LONG, "b": LONG + "y"}}, []),
    "the same twice": ({"inputs": {"name": LONG}, "outputs": {"name": LONG}}, [f"{BAD}@/outputs/name"]),
    "three times": ({"tags": [LONG, LONG, LONG]}, [f"{BAD}@/tags/1"]),
    "two texts twice": ({"tags": [LONG, LONG, UMLAUTS, UMLAUTS]}, [f"{BAD}@/tags/1", f"{BAD}@/tags/3"]),
    "a byte too short to matter": ({"tags": [LONG[1:], LONG[1:]]}, []),
    "few characters, many bytes": ({"tags": [UMLAUTS, UMLAUTS]}, [f"{BAD}@/tags/1"]),
    "few characters, too few bytes": ({"tags": [UMLAUTS[1:], UMLAUTS[1:]]}, []),
    "all at once": (
        {"inputs": {str(n): LONG for n in range(9)}, "steps": [*range(21)], "outputs": nested(9)},
        [f"{BAD}@/inputs", f"{BAD}@/inputs/*", f"{BAD}@/steps", f"{BAD}@/outputs"],
    ),
    "bare": ("text", []),
    "empty": ({}, []),
}


@pytest.mark.parametrize(("document", "expected"), SHAPES.values(), ids=SHAPES)
def test_what_is_wrong_with_the_shape_of_a_large_trace(document: Any, expected: list[str]) -> None:
    """S0-33: each rule at its bound and one past it. No name that the schema does not declare is shown."""
    assert judged(document, size=300) == expected
    for finding in DETECTOR.detect(trace(document, size=300)):
        assert "hidden name" not in repr(finding)
        assert LONG not in repr(finding)


@pytest.mark.parametrize("document", [shape for shape, _ in SHAPES.values()])
def test_the_shape_of_a_small_trace_costs_nobody_much(document: Any) -> None:
    assert judged(document, size=299) == []


def test_the_rule_is_the_key_of_the_policy_that_was_broken() -> None:
    cases = {
        "performance.subjects.workflow_trace.max_bytes": trace(run(), 2_001),
        "performance.subjects.workflow_trace.slow_ms": trace(run(1_001)),
        "performance.subjects.workflow_trace.workflows.nightly.excessive_ms": trace(run(50_001, "nightly")),
        "performance.subjects.workflow_trace.measurements.tokens": trace(measured(1)),
        "performance.structure.max_depth": trace(nested(6), 300),
        "performance.structure.max_members": trace({str(n): n for n in range(9)}, 300),
        "performance.structure.max_elements": trace([*range(21)], 300),
        "performance.structure.repeated_bytes": trace([LONG, LONG], 300),
    }
    assert {name: [found.rule for found in DETECTOR.detect(case)] for name, case in cases.items()} == {
        name: [name] for name in cases
    }


def test_what_is_said_is_a_budget_and_a_mask() -> None:
    """Promise 4: no number of the trace but its size."""
    [slow] = DETECTOR.detect(trace(run(1_234)))
    assert (slow.expected, slow.actual_masked) == ("at most 1000 ms", "integer")
    [odd] = DETECTOR.detect(trace(measured(share=0.123)))
    assert (odd.expected, odd.actual_masked) == ("0.5 ± 0.3", "number")
    [large] = DETECTOR.detect(trace(run(), 2_345))
    assert (large.expected, large.actual_masked) == ("at most 2000 bytes", "2345 bytes")


def test_findings_are_as_many_as_an_envelope_lists() -> None:
    texts = [f"{number}{LONG}" for number in range(15)]
    document = {"inputs": [texts], "outputs": [texts]}
    assert len(judged(document, size=2_001)) == 16
    assert len(judged(document, detector(most=5), size=2_001)) == 5
    assert len(judged(run(20_000, outputs={"share": 7}), detector(most=1), size=2_001)) == 1


def test_a_subject_without_budgets_and_one_that_has_no_schema() -> None:
    nothing = PerformanceRules(STRUCTURE)
    assert judged(run(10**9), detector(nothing), size=10**6) == []
    assert judged(nested(50), subject="any", version="none", size=10**6) == [], "it only has to be readable"


LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=4)
    | st.sampled_from([LONG, UMLAUTS])
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=25) | st.dictionaries(st.text(max_size=3), inner, max_size=10),
    max_leaves=60,
)


@given(JSON, st.sampled_from(["metrics", "outputs", "workflow_id", "started_at", "ended_at", "inputs"]))
def test_whatever_stands_in_a_trace_it_is_judged(anything: Any, member: str) -> None:
    """D-15, and that the quick look finds what the close look finds."""
    document = run() | {member: anything}
    found = judged(document, size=300)
    assert len(found) <= 200
    shape = [one for one in found if one.startswith(BAD)]
    assert bool(shape) == any(True for _ in DETECTOR._structure._found(document, frozenset()))
