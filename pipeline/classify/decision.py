"""What is to be done with a failing trace: the table of DESIGN 8, as far as it can be known before a repair is tried."""

from collections.abc import Sequence
from typing import NamedTuple

from ..core.issue import Category
from ..core.outcome import Disposition, Outcome, Reason
from .envelope import Envelope
from .issue import ClassifiedIssue
from .rules import RemediationRules

MAX_ATTEMPTS = 3
"""A trace that has failed this often goes to a person."""
_CORRUPT = "corrupt"
"""The family of codes of traces that nobody could decode."""
_CONTAINED = frozenset({Category.SECURITY, Category.COMPLIANCE})


class Decision(NamedTuple):
    """The disposition and why: values of headers ``assay-disposition`` and ``assay-reason``."""

    disposition: Disposition
    reason: Reason


UNREADABLE = Decision(Disposition.DEAD_LETTER, Reason.UNREADABLE)
EXHAUSTED = Decision(Disposition.DEAD_LETTER, Reason.ATTEMPTS_EXHAUSTED)
KILLER = Decision(Disposition.DEAD_LETTER, Reason.WORKER_CRASH)
NO_ENVELOPE = Decision(Disposition.DEAD_LETTER, Reason.ENVELOPE_UNREADABLE)
CONTAINED = Decision(Disposition.QUARANTINE, Reason.SECURITY_OR_COMPLIANCE)
REPAIRABLE = Decision(Disposition.REMEDIATE, Reason.RULES_APPLY)
OTHERWISE = Decision(Disposition.QUARANTINE, Reason.NO_RULE_APPLIES)


def decide(
    envelope: Envelope,
    issues: Sequence[ClassifiedIssue],
    rules: RemediationRules,
    max_attempts: int = MAX_ATTEMPTS,
) -> Decision:
    """The first line of the table that applies.

    ``issues`` are those that the envelope lists. When it lists not all that there are, nothing is repaired: one that
    was left out may be of security. An envelope of which no issue blocks is judged as if all did: something kept
    the trace from passing.
    """
    # An unreadable trace has one issue, so the first says it; the detector says it too.
    if issues[0].family == _CORRUPT or envelope.disposition == Outcome.DEAD_LETTERED:
        return UNREADABLE
    if envelope.attempts >= max_attempts:
        return EXHAUSTED
    blocking = [issue for issue in issues if issue.blocking] or issues
    for issue in blocking:
        if issue.category in _CONTAINED:
            return CONTAINED
    if envelope.is_complete and all(
        rules.applicable(envelope.subject, issue.code, issue.keyword, issue.path) for issue in blocking
    ):
        return REPAIRABLE
    return OTHERWISE
