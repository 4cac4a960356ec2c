"""The faults that the generator knows: one row per issue code that it can cause, a module per family."""

from collections.abc import Mapping

from ..core.codes import IssueCode
from . import (
    business_faults,
    compliance_faults,
    corrupt_faults,
    performance_faults,
    schema_faults,
    security_faults,
    time_faults,
)
from .fault import Fault, Mutation

FAULTS: Mapping[IssueCode, Fault] = {
    **corrupt_faults.FAULTS,
    **schema_faults.FAULTS,
    **security_faults.FAULTS,
    **compliance_faults.FAULTS,
    **business_faults.FAULTS,
    **performance_faults.FAULTS,
    **time_faults.FAULTS,
}

DEFAULT_MIX: Mapping[IssueCode, float] = {code: fault.weight for code, fault in FAULTS.items()}
"""Which faults, in which shares: the words of ``--fault-mix``."""

__all__ = ["DEFAULT_MIX", "FAULTS", "Fault", "Mutation"]
