"""Drills: synthetic traces with known problems, and what must become of them (S0-198 … S0-206)."""

from .expected import Call, calls_at_once, next_after_s, traces_needed, volume_call
from .names import AGENTS, CLEANING, Drill, StepName, StepVerdict, Why
from .report import DETECTION_S, REPAIR_RATE, TOO_LONG, DrillReport, Step
from .traces import HEADER, Run, Synthetic, producer_of, synthetic_traces

__all__ = [
    "Drill",
    "StepName",
    "StepVerdict",
    "Why",
    "AGENTS",
    "CLEANING",
    "Step",
    "DrillReport",
    "DETECTION_S",
    "TOO_LONG",
    "REPAIR_RATE",
    "Run",
    "Synthetic",
    "synthetic_traces",
    "producer_of",
    "HEADER",
    "Call",
    "calls_at_once",
    "next_after_s",
    "traces_needed",
    "volume_call",
]
