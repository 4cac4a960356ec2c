"""The whole way of a trace in one process, in memory: for the tests of a producer (DESIGN 5). ``assay micro``."""

from .pipeline import MicroPipeline

__all__ = ["MicroPipeline"]
