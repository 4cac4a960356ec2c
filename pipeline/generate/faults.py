"""The faults that the generator knows: one row per issue code that it can cause, a module per family."""

from collections.abc import Mapping

from ..core.codes import IssueCode
from . import corrupt_faults, schema_faults
from .fault import Fault, Mutation

FAULTS: Mapping[IssueCode, Fault] = {
    **corrupt_faults.FAULTS,
    **schema_faults.FAULTS,
}

DEFAULT_MIX: Mapping[IssueCode, float] = {code: fault.weight for code, fault in FAULTS.items()}
"""Which faults, in which shares: the words of ``--fault-mix``."""

__all__ = ["DEFAULT_MIX", "FAULTS", "Fault", "Mutation"]
