"""Synthetic traces: one known problem each, nobody's, and put right by what they come with (S0-198, S0-199)."""

import orjson
import pytest

from assay.pipeline.core.json_patch import apply_patch
from assay.pipeline.core.record import RawRecord
from assay.pipeline.core.verdict import Verdict
from assay.pipeline.drill import HEADER, Drill, Synthetic, producer_of, synthetic_traces
from assay.pipeline.flow import Judge
from assay.pipeline.policy.bundle import Bundle

from .conftest import NOW_NS, TENANT, run_of

EVERY_DRILL = pytest.mark.parametrize("drill", [*Drill])


def verdict(bundle: Bundle, trace: Synthetic, value: bytes) -> Verdict:
    record = RawRecord("traces.raw", 0, 0, NOW_NS // 1_000_000, trace.key, value, trace.headers)
    return Judge(bundle)(record, NOW_NS)


@EVERY_DRILL
def test_each_trace_has_its_one_problem_and_is_the_drills(bundle: Bundle, drill: Drill) -> None:
    """S0-199."""
    for trace in synthetic_traces(run_of(drill), 11):
        found = verdict(bundle, trace, trace.value)
        assert [issue.code for issue in found.issues] == [trace.code]
        assert found.blocking
        assert found.tenant == TENANT
        assert found.identity.producer == producer_of(run_of(drill))


@EVERY_DRILL
def test_what_it_comes_with_puts_it_right(bundle: Bundle, drill: Drill) -> None:
    """S0-203: clean-up releases it, and it passes."""
    for trace in synthetic_traces(run_of(drill), 11):
        mended = orjson.dumps(apply_patch(orjson.loads(trace.value), trace.mend))
        assert verdict(bundle, trace, mended).issues == ()


def test_traces_of_a_task_are_put_right_by_one_patch() -> None:
    assert len({repr(trace.mend) for trace in synthetic_traces(run_of(Drill.MANUAL))}) == 1


@EVERY_DRILL
def test_every_record_says_which_drill_it_is_of(drill: Drill) -> None:
    """Consumers can tell, whatever becomes of it."""
    traces = synthetic_traces(run_of(drill), 2)
    assert all(trace.headers == ((HEADER, b"d1"),) for trace in traces)
    assert len({trace.key for trace in traces}) == len(traces)


def test_two_runs_share_no_issue_group() -> None:
    """The producer is part of a group's fingerprint."""
    names = {producer_of(run_of(drill, name)) for drill in Drill for name in ("d1", "d2")}
    assert len(names) == 2 * len(Drill)


def test_equal_runs_give_equal_traces() -> None:
    assert synthetic_traces(run_of(Drill.REMEDIATION)) == synthetic_traces(run_of(Drill.REMEDIATION))


def test_enough_repairs_are_tried_for_a_rate() -> None:
    """S0-204: more than 0.9 can be told from less."""
    assert len(synthetic_traces(run_of(Drill.REMEDIATION))) > 10
