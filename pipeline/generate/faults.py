"""The faults that the generator knows: one row per issue code that it can cause."""

import random
from collections.abc import Callable, Mapping
from typing import NamedTuple

from ..core.codes import IssueCode
from ..core.document import Json
from . import corrupt_faults, schema_faults

Mutation = Callable[[dict[str, Json], random.Random], bytes | None]
"""From a clean ``workflow_trace`` 1.2.0, which stays as it is, to the value of a record with this fault."""


class Fault(NamedTuple):
    """What to do to a trace, what the pipeline is to make of it, and how often it comes unless told otherwise."""

    mutate: Mutation
    blocking: bool
    weight: float


FAULTS: Mapping[IssueCode, Fault] = {
    IssueCode.CORRUPT_EMPTY: Fault(corrupt_faults.empty, blocking=True, weight=2),
    # A megabyte each: one in some two thousand faults, or a load is mostly padding.
    IssueCode.CORRUPT_TOO_LARGE: Fault(corrupt_faults.too_large, blocking=True, weight=0.02),
    IssueCode.CORRUPT_ENCODING: Fault(corrupt_faults.encoding, blocking=True, weight=2),
    IssueCode.CORRUPT_JSON_MALFORMED: Fault(corrupt_faults.json_malformed, blocking=True, weight=5),
    IssueCode.CORRUPT_DUPLICATE_KEY: Fault(corrupt_faults.duplicate_key, blocking=True, weight=2),
    IssueCode.CORRUPT_DEPTH: Fault(corrupt_faults.depth, blocking=True, weight=1),
    IssueCode.CORRUPT_NUMBER_RANGE: Fault(corrupt_faults.number_range, blocking=True, weight=2),
    IssueCode.CORRUPT_AVRO: Fault(corrupt_faults.avro, blocking=True, weight=1),
    IssueCode.SCHEMA_SUBJECT_UNKNOWN: Fault(schema_faults.subject_unknown, blocking=True, weight=2),
    IssueCode.SCHEMA_VERSION_UNKNOWN: Fault(schema_faults.version_unknown, blocking=True, weight=2),
    IssueCode.SCHEMA_REQUIRED_MISSING: Fault(schema_faults.required_missing, blocking=True, weight=8),
    IssueCode.SCHEMA_TYPE_INVALID: Fault(schema_faults.type_invalid, blocking=True, weight=8),
    IssueCode.SCHEMA_FORMAT_INCONSISTENT: Fault(schema_faults.format_inconsistent, blocking=False, weight=3),
    IssueCode.SCHEMA_MISMATCH_MINOR: Fault(schema_faults.mismatch_minor, blocking=False, weight=3),
}

DEFAULT_MIX: Mapping[IssueCode, float] = {code: fault.weight for code, fault in FAULTS.items()}
