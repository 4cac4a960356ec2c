"""What the detectors said of one trace: deterministic in (bytes, bundle, clock)."""

from dataclasses import dataclass
from typing import NamedTuple

from .issue import Issue

NONE = "none"
"""The explicit word for a part that a trace does not have: tenant, trace id, producer."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a failing trace is, as far as it can be read; ``none`` where it cannot."""

    trace_id: str = NONE
    producer: str = NONE
    producer_version: str = NONE


class Verdict(NamedTuple):
    """A tuple, because one is made for every trace: cheaper than a dataclass."""

    tenant: str
    subject: str
    schema_version: str
    issues: tuple[Issue, ...]
    identity: Identity
    blocking: bool
    """Whether any issue blocks: such a trace does not pass."""
    readable: bool
    """Whether the bytes could be decoded at all."""
    audited: tuple[Issue, ...] = ()
    """Issues that are counted and not shown: their mode is ``audit``."""
