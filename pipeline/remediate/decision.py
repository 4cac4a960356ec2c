"""What becomes of a failing trace that was sent to remediation: the table of DESIGN 8, after a repair was tried."""

from typing import NamedTuple

from ..core.outcome import Outcome, Reason
from ..core.word import Word
from .breaker import Permission
from .gate import Trust
from .repair import Repair, Standing


class Payload(Word):
    """Whether the trace's bytes could be had."""

    OPENED = "opened"
    KEY_DESTROYED = "key_destroyed"
    """The tenant's key is gone, and with it the trace (crypto-shredding)."""
    NOT_KEPT = "not_kept"
    """The envelope holds a claim check: the trace was too large."""
    FRAMED = "framed"
    """It is Avro: what a rule writes is JSON, and its readers expect what the frame names."""


class Rejudged(Word):
    """What all detectors say of the repaired copy (S0-138)."""

    PASSED = "passed"
    BLOCKED = "blocked"
    NOT_JUDGED = "not_judged"


class Decision(NamedTuple):
    """The end of a trace, and why: values of headers ``assay-outcome`` and ``assay-reason``."""

    outcome: Outcome
    reason: Reason


GONE = Decision(Outcome.QUARANTINED, Reason.KEY_DESTROYED)
CONTAINED = Decision(Outcome.QUARANTINED, Reason.SECURITY_OR_COMPLIANCE)
PERSON = Decision(Outcome.DEAD_LETTERED, Reason.PERSON_MUST_LOOK)
UNDONE = Decision(Outcome.DEAD_LETTERED, Reason.RULE_UNDONE)
NO_RULE = Decision(Outcome.QUARANTINED, Reason.NO_RULE_APPLIES)
NOT_TRUSTED = Decision(Outcome.DEAD_LETTERED, Reason.RULE_NOT_TRUSTED)
BREAKER_OPEN = Decision(Outcome.QUARANTINED, Reason.BREAKER_OPEN)
FAILED = Decision(Outcome.DEAD_LETTERED, Reason.REPAIR_FAILED)
REPAIRED = Decision(Outcome.REMEDIATED, Reason.REPAIRED)


def decide(
    payload: Payload,
    repair: Repair | None,
    trust: Trust,
    permission: Permission,
    rejudged: Rejudged,
) -> Decision:
    """The first line of the table that applies.

    ``repair`` is ``None`` where there was nothing to try it on. ``trust`` and ``permission`` are the worst of all rules in it.
    A repair of rules that are not trusted is made and judged all the same, so that they can earn their trust back; it is
    never published.
    """
    if payload is Payload.KEY_DESTROYED:
        return GONE
    if payload is not Payload.OPENED or repair is None:
        return NO_RULE
    if repair.stands(Standing.FORBIDDEN):
        return CONTAINED
    if repair.stands(Standing.PERSON):
        return PERSON
    if repair.stands(Standing.UNDONE):
        return UNDONE
    if not repair.standings or repair.stands(Standing.NONE):
        return NO_RULE
    if trust is Trust.SHUT:
        return NOT_TRUSTED
    if permission is Permission.REFUSED:
        return BREAKER_OPEN
    if repair.stands(Standing.FAILED) or not repair.changed or rejudged is not Rejudged.PASSED:
        return FAILED
    return REPAIRED
