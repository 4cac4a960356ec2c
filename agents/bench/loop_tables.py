"""What ``assay bench loop`` makes of its figures, and what it wants of them (DESIGN 12)."""

from .results import Bound, Goal, Ratio

LOOP_RATIOS = (
    Ratio("storm_vs_clean", "storm_per_core_second", "clean_per_core_second"),
    Ratio("storm_vs_clean_wall", "storm_per_second", "clean_per_second"),
)

LOOP_GOALS = (
    Goal("storm_vs_clean", Bound.AT_LEAST, 0.25, "CPU: all traces faulty, to none, through three lanes"),
    Goal(
        "failing_p99_ms",
        Bound.AT_MOST,
        300.0,
        "p99 in ms from produce to the end of a failing trace, at half load",
    ),
)
