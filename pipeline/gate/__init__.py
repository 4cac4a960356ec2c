"""The gate: a trace judged before it is published, by the code and the bundle that judge it afterwards (S0-156).

A judge comes in from outside, so that there is one list of detectors and not a gate's own (S0-161).
"""

from .advice import ADVICE, Advice
from .decision import GateDecision, GateMode
from .gate import Gate
from .recommend import Recommendation, recommendations
from .record import Publishable, record_of
from .result import GateResult
from .result_json import Detail, result_document
from .steps import severity_of_step

__all__ = [
    "Gate",
    "GateResult",
    "GateMode",
    "GateDecision",
    "Recommendation",
    "recommendations",
    "Advice",
    "ADVICE",
    "record_of",
    "Publishable",
    "Detail",
    "result_document",
    "severity_of_step",
]
