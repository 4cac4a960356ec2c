"""What a detector is."""

from collections.abc import Sequence
from typing import Protocol

from ..core.issue import Finding
from ..core.trace import Trace


class Detector(Protocol):
    """Judges one aspect of a trace. Built once per bundle, called for every trace.

    Deterministic in (trace, bundle); never raises for what a trace holds. If it does raise, the flow
    makes that an issue (``detector.failed``) and the other detectors still run (D-16).
    """

    @property
    def name(self) -> str:
        """The name that issues and metrics carry."""
        ...

    def detect(self, trace: Trace) -> Sequence[Finding]:
        """All findings, not the first; ``()`` for a trace with nothing wrong."""
        ...
