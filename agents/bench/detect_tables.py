"""What ``assay bench detect`` makes of its figures, and what it wants of them (DESIGN 12)."""

from .results import Bound, Goal, Ratio

DETECT_RATIOS = (
    Ratio("detect_vs_mirror_cpu", "detect_per_core_second", "mirror_per_core_second"),
    Ratio("detect_vs_mirror_wall", "detect_per_second", "mirror_per_second"),
    Ratio("detect_vs_faust_cpu", "detect_per_core_second", "faust_per_core_second"),
    Ratio("detect_vs_quix_cpu", "detect_per_core_second", "quix_per_core_second"),
    Ratio("detect_vs_bytewax_cpu", "detect_per_core_second", "bytewax_per_core_second"),
    Ratio("storm_vs_clean", "storm_per_core_second", "clean_per_core_second"),
)

DETECT_GOALS = (
    Goal(
        "detect_per_core_second", Bound.AT_LEAST, 30_000.0, "traces per CPU second, all detectors, 3 % faulty"
    ),
    Goal("detect_vs_mirror_cpu", Bound.AT_LEAST, 0.22, "CPU: share of the bare loop's rate"),
    Goal("detect_vs_mirror_wall", Bound.AT_LEAST, 0.45, "throughput: share of the bare loop's"),
    Goal("detect_vs_faust_cpu", Bound.AT_LEAST, 30.0, "CPU: times a plain Faust agent with the same checks"),
    Goal("detect_vs_quix_cpu", Bound.AT_LEAST, 1.25, "CPU: times Quix Streams with the same libraries"),
    Goal("detect_vs_bytewax_cpu", Bound.AT_LEAST, 1.25, "CPU: times Bytewax with the same libraries"),
    Goal("storm_vs_clean", Bound.AT_LEAST, 0.25, "CPU: all traces faulty, to none"),
    Goal("latency_8_p50_ms", Bound.AT_MOST, 50.0, "p50 in ms at half load"),
    Goal("latency_8_p99_ms", Bound.AT_MOST, 120.0, "p99 in ms at half load"),
    Goal("soak_growth_mb", Bound.AT_MOST, 10.0, "MiB that memory grew by between the soak's quarters"),
)
