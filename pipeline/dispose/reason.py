"""Why a judged trace goes where it goes."""

from ..core.outcome import Hop, Outcome, Reason
from ..core.verdict import Verdict


def reason_of(verdict: Verdict) -> Reason:
    """The one reason for a verdict: the value of header ``assay-reason`` and of the tally."""
    if not verdict.readable:
        return Reason.UNREADABLE
    if verdict.blocking:
        return Reason.BLOCKING_ISSUES
    if verdict.issues:
        return Reason.PASSED_WITH_WARNINGS
    return Reason.PASSED


def stage_of(verdict: Verdict) -> Outcome | Hop:
    """Where a judged trace goes next: out as valid, or on to the lanes for failing traces."""
    return Hop.INVALID if verdict.blocking else Outcome.VALID
