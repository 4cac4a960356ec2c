"""What a stage costs a trace."""

from assay.agents.bench.micro_bench import bench_micro
from assay.agents.policy_files import load_policies
from assay.agents.settings import load_settings
from assay.pipeline.detect import DETECTORS


def test_every_stage_and_every_detector_has_its_figure() -> None:
    results = bench_micro(load_policies(load_settings()), rounds=1, records=100)

    figures = results.figures()
    assert {f"detect_{name}_us" for name, _ in DETECTORS} <= figures.keys()
    assert {"decode_us", "select_us", "judge_us", "write_passing_us", "write_failing_us"} <= figures.keys()
    assert all(series.median > 0 for series in figures.values())


def test_a_step_costs_more_than_its_judge() -> None:
    """The stages are parts of one another: a figure that is not is measured wrongly."""
    figures = bench_micro(load_policies(load_settings()), rounds=3, records=400).figures()

    assert figures["judge_us"].median > figures["detect_schema_us"].median
    assert figures["step_clean_us"].median > figures["decode_us"].median
