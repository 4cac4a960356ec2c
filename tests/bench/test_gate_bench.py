"""What the gate costs a producer is measured on traces of the size that is said."""

from assay.agents.bench.gate_bench import GOALS, LOADS, TRACE_BYTES, _load, bench_gate
from assay.agents.bench.results import Reached
from assay.sdk import load_policies


def test_every_load_has_its_figures_and_every_goal_is_measured() -> None:
    results = bench_gate(load_policies(), rounds=1, traces=40)

    figures = results.figures()
    for load in LOADS:
        assert figures[f"gate_{load}_p99_us"].median >= figures[f"gate_{load}_p50_us"].median > 0
        assert figures[f"gate_{load}_per_second"].median > 0
    assert all(results.reached(goal) is not Reached.NOT_MEASURED for goal in GOALS)


def test_traces_have_their_size() -> None:
    sizes = sorted(len(value) for value in _load(0.0, 101))

    assert 0.95 * TRACE_BYTES < sizes[50] < 1.05 * TRACE_BYTES
    assert sizes[0] > 0.5 * TRACE_BYTES
    assert sizes[-1] < 1.2 * TRACE_BYTES
