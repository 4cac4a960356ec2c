"""For producers: judge a trace before it is published, with the bundle that judges it afterwards (S0-156 … S0-169).

docs/gate.md shows how. The wrappers of Kafka producers are modules of their own, so that only the client
that is used has to be there: :mod:`assay.sdk.aiokafka_producer`, :mod:`assay.sdk.confluent_producer`.
"""

from assay.pipeline.core.issue import Severity
from assay.pipeline.gate import GateDecision, GateMode, GateResult

from .config import GateConfig, OnRefused
from .errors import TraceRefusedError, UngatedError
from .policies import load_policies
from .quality_gate import TraceQualityGate
from .quality_sdk import TraceQualitySDK, create_trace_quality_sdk
from .report import ClientReport

__all__ = [
    "TraceQualityGate",
    "GateConfig",
    "GateMode",
    "GateResult",
    "GateDecision",
    "Severity",
    "OnRefused",
    "ClientReport",
    "TraceRefusedError",
    "UngatedError",
    "load_policies",
    "TraceQualitySDK",
    "create_trace_quality_sdk",
]
