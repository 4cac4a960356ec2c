"""What becomes of a trace that was sent to remediation: a test for each line of the table of DESIGN 8."""

import itertools

import pytest

from assay.pipeline.core.json_patch import Operation
from assay.pipeline.core.outcome import Outcome, Reason
from assay.pipeline.remediate import (
    Payload,
    Permission,
    Rejudged,
    Repair,
    Standing,
    Trust,
    decide,
)

from .conftest import an_issue

CHANGE: Operation = {"op": "remove", "path": "/tags"}


def repair(*standings: Standing, changed: bool = True) -> Repair:
    patch = (CHANGE,) if changed else ()
    return Repair({}, b"{}", patch, patch, (), tuple((an_issue(), one) for one in standings))


COVERED = Standing.COVERED
OPENED, TRUSTED, GRANTED, PASSED = Payload.OPENED, Trust.TRUSTED, Permission.GRANTED, Rejudged.PASSED

TABLE = {
    "the tenant's key is destroyed": (
        (Payload.KEY_DESTROYED, None, TRUSTED, GRANTED, Rejudged.NOT_JUDGED), Outcome.QUARANTINED, Reason.KEY_DESTROYED,
    ),
    "the bytes were not kept": (
        (Payload.NOT_KEPT, None, TRUSTED, GRANTED, Rejudged.NOT_JUDGED), Outcome.QUARANTINED, Reason.NO_RULE_APPLIES,
    ),
    "the bytes are Avro": (
        (Payload.FRAMED, repair(COVERED), TRUSTED, GRANTED, PASSED), Outcome.QUARANTINED, Reason.NO_RULE_APPLIES,
    ),
    "security or compliance (D-10)": (
        (OPENED, repair(COVERED, Standing.FORBIDDEN), TRUSTED, GRANTED, PASSED), Outcome.QUARANTINED, Reason.SECURITY_OR_COMPLIANCE,
    ),
    "policy says a person must look": (
        (OPENED, repair(COVERED, Standing.PERSON, Standing.NONE), TRUSTED, GRANTED, PASSED), Outcome.DEAD_LETTERED, Reason.PERSON_MUST_LOOK,
    ),
    "a rule that was undone for this trace": (
        (OPENED, repair(COVERED, Standing.UNDONE, Standing.NONE), TRUSTED, GRANTED, PASSED), Outcome.DEAD_LETTERED, Reason.RULE_UNDONE,
    ),
    "an issue without a rule": (
        (OPENED, repair(COVERED, Standing.NONE), Trust.SHUT, Permission.REFUSED, PASSED), Outcome.QUARANTINED, Reason.NO_RULE_APPLIES,
    ),
    "nothing that blocks any more": (
        (OPENED, repair(changed=False), TRUSTED, GRANTED, PASSED), Outcome.QUARANTINED, Reason.NO_RULE_APPLIES,
    ),
    "a rule that is not trusted (S0-128)": (
        (OPENED, repair(COVERED), Trust.SHUT, Permission.REFUSED, PASSED), Outcome.DEAD_LETTERED, Reason.RULE_NOT_TRUSTED,
    ),
    "an open breaker": (
        (OPENED, repair(COVERED), TRUSTED, Permission.REFUSED, PASSED), Outcome.QUARANTINED, Reason.BREAKER_OPEN,
    ),
    "a rule that failed (S0-129)": (
        (OPENED, repair(COVERED, Standing.FAILED), TRUSTED, GRANTED, PASSED), Outcome.DEAD_LETTERED, Reason.REPAIR_FAILED,
    ),
    "nothing was changed": (
        (OPENED, repair(COVERED, changed=False), TRUSTED, GRANTED, PASSED), Outcome.DEAD_LETTERED, Reason.REPAIR_FAILED,
    ),
    "the copy does not pass (S0-140)": (
        (OPENED, repair(COVERED), TRUSTED, GRANTED, Rejudged.BLOCKED), Outcome.DEAD_LETTERED, Reason.REPAIR_FAILED,
    ),
    "nobody judged the copy (S0-138)": (
        (OPENED, repair(COVERED), TRUSTED, GRANTED, Rejudged.NOT_JUDGED), Outcome.DEAD_LETTERED, Reason.REPAIR_FAILED,
    ),
    "a trial that passes": (
        (OPENED, repair(COVERED), TRUSTED, Permission.TRIAL, PASSED), Outcome.REMEDIATED, Reason.REPAIRED,
    ),
    "repaired (S0-139, D-07)": (
        (OPENED, repair(COVERED, COVERED), TRUSTED, GRANTED, PASSED), Outcome.REMEDIATED, Reason.REPAIRED,
    ),
}  # fmt: skip


@pytest.mark.parametrize("row", TABLE)
def test_the_first_line_that_applies_decides(row: str) -> None:
    given, outcome, reason = TABLE[row]
    assert decide(*given) == (outcome, reason)


def test_nothing_is_published_but_what_is_covered_trusted_let_through_changed_and_judged() -> None:
    """D-07: every combination there is."""
    repairs = [
        repair(*standings, changed=changed)
        for count in range(3)
        for standings in itertools.product(Standing, repeat=count)
        for changed in (True, False)
    ]
    for given in itertools.product(Payload, repairs, Trust, Permission, Rejudged):
        payload, tried, trust, permission, rejudged = given
        if decide(*given).outcome is Outcome.REMEDIATED:
            assert (payload, trust, rejudged) == (OPENED, TRUSTED, PASSED)
            assert permission is not Permission.REFUSED
            assert tried.changed
            assert {standing for _, standing in tried.standings} == {COVERED}
