"""The table of detectors, in the order in which they run and report (S0-42)."""

from collections.abc import Callable

from ..policy.bundle import Bundle
from .detector import Detector
from .schema import SchemaDetector

DETECTORS: tuple[tuple[str, Callable[[Bundle], Detector]], ...] = (
    ("schema", SchemaDetector),  # S0-37
    # S0-38 security, S0-39 compliance, S0-40 business logic, S0-41 performance: one row each, in this order.
)


def build_detectors(bundle: Bundle) -> tuple[Detector, ...]:
    """The detectors for a bundle, in order; made once, used for every trace. Raises ``ValueError`` for a name twice."""
    names = [name for name, _ in DETECTORS]
    if len(set(names)) < len(names):
        raise ValueError("two detectors have one name")
    return tuple(build(bundle) for _, build in DETECTORS)
