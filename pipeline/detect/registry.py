"""The table of detectors, in the order in which they run and report (S0-42)."""

from collections.abc import Callable, Collection

from ..policy.bundle import Bundle
from .business import BusinessDetector
from .compliance import ComplianceDetector
from .detector import Detector
from .performance import PerformanceDetector
from .schema import SchemaDetector
from .security import SecurityDetector
from .times import TimeDetector

DETECTORS: tuple[tuple[str, Callable[[Bundle], Detector]], ...] = (
    ("schema", SchemaDetector),  # S0-37
    ("security", SecurityDetector),  # S0-38
    ("compliance", ComplianceDetector),  # S0-39
    ("business", BusinessDetector),  # S0-40
    ("performance", PerformanceDetector),  # S0-41
    ("time", TimeDetector),  # S4-60
)


def build_detectors(bundle: Bundle, only: Collection[str] | None = None) -> tuple[Detector, ...]:
    """The detectors for a bundle, in order, or ``only`` those of these names; made once, used for every trace.

    Raises ``ValueError`` for a name twice.
    """
    names = [name for name, _ in DETECTORS]
    if len(set(names)) < len(names):
        raise ValueError("two detectors have one name")
    return tuple(build(bundle) for name, build in DETECTORS if only is None or name in only)
