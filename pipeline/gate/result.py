"""What a gate says of one trace (S0-162)."""

from dataclasses import dataclass

from ..core.issue import Issue
from ..core.verdict import NONE
from .decision import GateDecision, GateMode
from .recommend import Recommendation


@dataclass(frozen=True, slots=True)
class GateResult:
    """Decision, issues, advice. Holds no value of the trace: issues carry masked ones only (promise 4)."""

    decision: GateDecision
    mode: GateMode
    bundle: str
    """Short id of the bundle that it was judged by."""
    tenant: str = NONE
    subject: str = NONE
    schema_version: str = NONE
    trace_id: str = NONE
    """Of a trace with issues, where it can be said; else ``none``."""
    blocking: tuple[Issue, ...] = ()
    warnings: tuple[Issue, ...] = ()
    recommendations: tuple[Recommendation, ...] = ()
    unjudged: tuple[str, ...] = ()
    """Steps that failed or had no time left: what they might have found is not known."""
    audited: tuple[Issue, ...] = ()
    """Counted, not told: their mode at the gate is ``audit``."""

    @property
    def passed(self) -> bool:
        """Whether the trace may be published."""
        return self.decision.passed

    @property
    def issues(self) -> tuple[Issue, ...]:
        """All that was found, what blocks first."""
        return self.blocking + self.warnings
