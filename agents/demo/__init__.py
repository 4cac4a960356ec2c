"""``assay demo``: the main job once, from nothing to a proof, on a real Kafka, and nothing left running."""

from .plan import DemoPlan, Load
from .result import DemoResult
from .run import run_demo

__all__ = ["DemoPlan", "DemoResult", "Load", "run_demo"]
