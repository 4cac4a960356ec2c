"""The detectors: one file each, run in the order of the table in registry.py."""

from .detector import Detector
from .registry import DETECTORS, build_detectors

__all__ = ["DETECTORS", "Detector", "build_detectors"]
