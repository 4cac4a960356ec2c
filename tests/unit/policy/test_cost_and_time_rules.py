"""policies/performance.yaml and policies/time.yaml: what ships, and everything wrong said with its place (D-21)."""

import re
from collections.abc import Callable, Mapping

import pytest

from assay.agents.policy_files import load_policies
from assay.agents.settings import load_settings
from assay.pipeline.core.errors import Problem
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.parse import load_bundle
from assay.pipeline.policy.performance_rules import DurationBudget, PerformanceRules, StructureBudget
from assay.pipeline.policy.time_rules import SkewLimits, TimeRules

Problems = Callable[[Mapping[str, bytes]], tuple[Problem, ...]]
LINE = re.compile(r"(?<=\.yaml):\d+|(?<=\.json):\d+")

COST, TIME = "policies/performance.yaml", "policies/time.yaml"
COST_TEXT = b"""
structure: {from_bytes: 0, max_depth: 9}
subjects:
  order:
    max_bytes: 1000
    duration: /took
    slow_ms: 10
    excessive_ms: 20
    workflow: /flow
    workflows: {night: {slow_ms: 50}}
    measurements: {share: {at: /share, median: 0.5, mad: 0.1, k: 3}}
"""
TIME_TEXT = b"""
future_tolerance_s: 5
subjects:
  order:
    stale_after_s: 100
    skew_ahead_s: 1
    skew_behind_s: 10
    producers: {batch: {skew_behind_s: 50}}
"""


def without_line(problem: Problem) -> str:
    return LINE.sub("", problem.where)


@pytest.fixture
def both(files: dict[str, bytes]) -> dict[str, bytes]:
    """The small policy with budgets, and rules for times."""
    subject = files["schemas/order/subject.yaml"]
    timed = subject.replace(b"trace_id: /id", b"trace_id: /id, time: /at, producer: /by")
    return {**files, "schemas/order/subject.yaml": timed, COST: COST_TEXT, TIME: TIME_TEXT}


def test_what_is_written_is_what_counts(both: dict[str, bytes]) -> None:
    rules = load_bundle(both).rules
    assert rules.performance.structure == StructureBudget(from_bytes=0, max_depth=9)
    order = rules.performance.subjects["order"]
    assert (order.max_bytes, order.duration_at, order.workflow_at) == (1000, ("took",), ("flow",))
    assert order.duration == DurationBudget(10, 20)
    assert order.workflows == {"night": DurationBudget(50, None)}
    [share] = order.measurements
    assert (share.name, share.at, share.median, share.mad, share.k) == ("share", ("share",), 0.5, 0.1, 3)
    assert rules.time.future_tolerance_s == 5
    assert rules.time.subjects["order"].stale_after_s == 100
    assert rules.time.subjects["order"].skew == SkewLimits(1, 10)
    assert rules.time.subjects["order"].producers == {"batch": SkewLimits(1, 50)}, "the rest is as for all"


def test_without_the_files_there_are_defaults(small: Bundle) -> None:
    assert small.rules.performance == PerformanceRules()
    assert small.rules.time == TimeRules()


@pytest.mark.parametrize("path", [COST, TIME])
def test_an_empty_mapping_is_the_defaults(both: dict[str, bytes], path: str) -> None:
    rules = load_bundle({**both, path: b"{}"}).rules
    assert (rules.performance if path == COST else rules.time) in (PerformanceRules(), TimeRules())


def test_what_ships_leaves_room_below_the_limits_of_what_is_read_at_all() -> None:
    bundle = load_policies(load_settings())
    assert set(bundle.rules.performance.subjects) == set(bundle.subjects)
    for budget in bundle.rules.performance.subjects.values():
        assert budget.max_bytes is not None
        assert budget.max_bytes < bundle.limits.max_value_bytes
    assert bundle.rules.performance.structure.max_depth < bundle.limits.max_depth
    assert bundle.rules.time.subjects["workflow_trace"].stale_after_s == 7 * 86_400


MISTAKES = {
    "unknown key": (COST, b"structure:", b"colour: red\nstructure:", "colour"),
    "unknown subject": (COST, b"order:", b"ghost:", "subjects.ghost"),
    "unknown bound": (COST, b"max_depth", b"max_height", "structure.max_height"),
    "bound out of range": (COST, b"max_depth: 9", b"max_depth: 0", "structure.max_depth"),
    "structure of something else": (COST, b"{from_bytes: 0, max_depth: 9}", b"[]", "structure"),
    "no bytes": (COST, b"max_bytes: 1000", b"max_bytes: 0", "subjects.order.max_bytes"),
    "bytes in words": (COST, b"1000", b"1 MB", "subjects.order.max_bytes"),
    "no pointer": (COST, b"/took", b"took", "subjects.order.duration"),
    "excessive before slow": (COST, b"excessive_ms: 20", b"excessive_ms: 10", "subjects.order.excessive_ms"),
    "excessive before slow of one": (
        COST,
        b"{slow_ms: 50}",
        b"{slow_ms: 50, excessive_ms: 5}",
        "subjects.order.workflows.night.excessive_ms",
    ),
    "workflows without their name": (COST, b"workflow: /flow", b"", "subjects.order.workflows"),
    "workflow of something else": (COST, b"{slow_ms: 50}", b"50", "subjects.order.workflows.night"),
    "workflows of something else": (COST, b"{night: {slow_ms: 50}}", b"[night]", "subjects.order.workflows"),
    "a measurement nowhere": (COST, b"at: /share, ", b"", "subjects.order.measurements.share.at"),
    "without median": (COST, b"median: 0.5, ", b"", "subjects.order.measurements.share.median"),
    "without spread": (COST, b"mad: 0.1", b"mad: 0", "subjects.order.measurements.share.mad"),
    "negative spread": (COST, b"mad: 0.1", b"mad: -1", "subjects.order.measurements.share.mad"),
    "no factor": (COST, b"k: 3", b"k: true", "subjects.order.measurements.share.k"),
    "unknown key of time": (TIME, b"future_tolerance_s", b"tolerance", "tolerance"),
    "negative tolerance": (TIME, b"_s: 5\n", b"_s: -5\n", "future_tolerance_s"),
    "subject without a time": (TIME, b"order:", b"event:", "subjects.event"),
    "subject that nobody knows": (TIME, b"order:", b"ghost:", "subjects.ghost"),
    "stale after no time": (TIME, b"after_s: 100", b"after_s: soon", "subjects.order.stale_after_s"),
    "skew that would be stale": (TIME, b"behind_s: 10\n", b"behind_s: 100\n", "subjects.order.skew_behind_s"),
    "skew of one that would be stale": (
        TIME,
        b"behind_s: 50",
        b"behind_s: 500",
        "subjects.order.producers.batch.skew_behind_s",
    ),
    "unknown key of a producer": (
        TIME,
        b"{skew_behind_s: 50}",
        b"{stale: 5}",
        "subjects.order.producers.batch.stale",
    ),
}


@pytest.mark.parametrize(("path", "old", "new", "named"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_named_with_its_file_and_key(
    both: dict[str, bytes], problems: Problems, path: str, old: bytes, new: bytes, named: str
) -> None:
    assert old in both[path]
    found = problems({**both, path: both[path].replace(old, new)})
    assert f"{path}: {named}" in {without_line(problem) for problem in found}, found
    assert all(problem.why and problem.remedy for problem in found)


def test_producers_need_a_pointer_to_their_names(both: dict[str, bytes], problems: Problems) -> None:
    path = "schemas/order/subject.yaml"
    both[path] = both[path].replace(b", producer: /by", b"")
    assert {without_line(problem) for problem in problems(both)} == {f"{TIME}: subjects.order.producers"}
