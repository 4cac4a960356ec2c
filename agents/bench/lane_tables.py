"""What ``assay bench lane`` makes of its figures, and what it wants of them (DESIGN 12)."""

from .results import Bound, Goal, Ratio

LANE_RATIOS = (
    Ratio("lane_vs_mirror_cpu", "lane_per_core_second", "mirror_per_core_second"),
    Ratio("lane_vs_mirror_wall", "lane_per_second", "mirror_per_second"),
    Ratio("lane_vs_faust_cpu", "lane_per_core_second", "faust_per_core_second"),
    Ratio("lane_vs_quix_cpu", "lane_per_core_second", "quix_per_core_second"),
    Ratio("lane_vs_bytewax_cpu", "lane_per_core_second", "bytewax_per_core_second"),
    Ratio("lane_vs_librdkafka_wall", "lane_per_second", "librdkafka_per_second"),
)

LANE_GOALS = (
    Goal("lane_vs_mirror_cpu", Bound.AT_LEAST, 0.33, "CPU: share of the bare loop's rate"),
    Goal("lane_vs_mirror_wall", Bound.AT_LEAST, 0.6, "throughput: share of the bare loop's"),
    Goal("lane_vs_faust_cpu", Bound.AT_LEAST, 12.0, "CPU: times a plain Faust agent"),
    Goal("lane_vs_quix_cpu", Bound.AT_LEAST, 1.25, "CPU: times Quix Streams"),
    Goal("latency_8_p99_ms", Bound.AT_MOST, 120.0, "p99 in ms at half load, 8 partitions"),
    Goal("latency_48_p99_ms", Bound.AT_MOST, 250.0, "p99 in ms at half load, 48 partitions"),
)
