"""Repairing what can be repaired safely: rules folded over a copy, receipts, trust, and what becomes of the trace (DESIGN 8)."""

from .breaker import Breaker, BreakerKey, Breakers, Permission, State
from .decision import Decision, Payload, Rejudged, decide
from .fault import FaultKind
from .fold import Rate
from .gate import Gate, RuleOutcome, RuleRecord, Trust
from .receipt import Receipt, RuleResult
from .remediator import Remediator
from .repair import Effort, Repair, Scope, Standing

__all__ = [
    "Remediator",
    "Repair",
    "Effort",
    "Scope",
    "Standing",
    "Receipt",
    "RuleResult",
    "FaultKind",
    "Rate",
    "decide",
    "Decision",
    "Payload",
    "Rejudged",
    "Gate",
    "RuleRecord",
    "RuleOutcome",
    "Trust",
    "Breakers",
    "Breaker",
    "BreakerKey",
    "Permission",
    "State",
]
