"""Made-up traces look like a producer's: size, tenants, times, steps."""

import json
import random
import statistics
from collections import Counter
from importlib import resources
from typing import Any

import jsonschema
import orjson
import pytest

from assay.pipeline.core.clock import rfc3339
from assay.pipeline.generate import TraceMaker
from assay.pipeline.generate.trace import FIRST_TENANT

MINUTE_NS = 60 * 1_000_000_000


def traces(maker: TraceMaker, count: int) -> list[Any]:
    return [maker.make() for _ in range(count)]


def canonical_schema() -> Any:
    folder = resources.files("assay.schemas").joinpath("workflow_trace")
    return json.loads(folder.joinpath("1.2.0.json").read_text())


def test_clean_traces_are_valid_by_the_canonical_schema(maker: TraceMaker) -> None:
    """S0-7, S0-8: judged by the reference validator, formats included."""
    validator = jsonschema.Draft202012Validator(
        canonical_schema(), format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )
    for trace in traces(maker, 150):
        assert [error.json_path for error in validator.iter_errors(trace)] == []


def test_sizes_are_those_of_real_traces(maker: TraceMaker) -> None:
    sizes = sorted(len(orjson.dumps(trace)) for trace in traces(maker, 2_000))
    assert 1_700 < statistics.mean(sizes) < 1_900
    assert sizes[0] >= 800
    assert sizes[-10] > 5_000
    assert sizes[-1] <= 12_000 + 500


def test_there_are_two_to_twelve_steps_and_each_hangs_under_an_earlier_one(maker: TraceMaker) -> None:
    for trace in traces(maker, 500):
        seen: set[str | None] = set()
        for step in trace["steps"]:
            assert step.get("parent_id") in (seen or {None})
            seen.add(step["step_id"])
        assert 2 <= len(seen) <= 12


def test_everything_happens_in_order_within_the_last_minutes(maker: TraceMaker, now_ns: int) -> None:
    for trace in traces(maker, 500):
        earliest, latest = rfc3339(now_ns - 6 * MINUTE_NS), rfc3339(now_ns)
        ends = [trace["started_at"], *(step["started_at"] for step in trace["steps"]), *trace_end(trace)]
        assert ends == sorted(ends)
        assert earliest < ends[0]
        assert ends[-1] <= latest


def trace_end(trace: Any) -> list[str]:
    return [trace["ended_at"]] if "ended_at" in trace else []


def test_a_running_trace_has_not_ended_and_the_others_have(maker: TraceMaker) -> None:
    seen = Counter((trace["status"], "ended_at" in trace) for trace in traces(maker, 1_000))
    assert set(seen) == {("completed", True), ("failed", True), ("running", False), ("cancelled", True)}


def test_the_last_step_has_the_status_of_the_trace(maker: TraceMaker) -> None:
    for trace in traces(maker, 300):
        assert trace["steps"][-1]["status"] == trace["status"]


def test_the_first_tenant_is_the_busiest(maker: TraceMaker) -> None:
    seen = Counter(trace["context"]["tenant_id"] for trace in traces(maker, 3_000))
    assert set(seen) == set(range(FIRST_TENANT, FIRST_TENANT + 10))
    assert seen[FIRST_TENANT] > 3 * seen[FIRST_TENANT + 9]


def test_ids_do_not_repeat(maker: TraceMaker) -> None:
    assert len({trace["trace_id"] for trace in traces(maker, 1_000)}) == 1_000


def test_without_tenants_there_is_nothing_to_make() -> None:
    with pytest.raises(ValueError, match="tenant"):
        TraceMaker(random.Random(1), tenants=0, now_ns=0)
