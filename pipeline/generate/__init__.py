"""Seeded synthetic traces with known faults: the load of ``assay generate`` and its ground truth."""

from .faults import DEFAULT_MIX, FAULTS, Fault
from .generated import Generated
from .mix import parse_mix
from .stream import generate
from .trace import TraceMaker

__all__ = ["generate", "Generated", "parse_mix", "FAULTS", "DEFAULT_MIX", "Fault", "TraceMaker"]
