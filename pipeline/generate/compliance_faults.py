"""Faults that an auditor finds (S0-11, S0-12, S0-21, S0-22): each leaves a trace that fits its schema."""

import random
from collections.abc import Mapping

import orjson

from ..core.codes import IssueCode
from .ended import Document, ended, members
from .fault import Fault

FORBIDDEN_PACKS = ("none", "disabled", "unrestricted")
"""As ``policies/compliance.yaml`` has them."""


def governance_missing(document: Document, rng: random.Random) -> bytes:
    """A trace that ended without any governance, or without its pack or policies."""
    document = ended(document)
    match rng.randrange(4):
        case 0:
            del document["governance"]
        case 1:
            document["governance"] = None
        case 2:
            members(document["governance"])["policy_ids"] = []
        case _:
            del members(document["governance"])["policy_pack"]
    return orjson.dumps(document)


def audit_gap(document: Document, rng: random.Random) -> bytes:
    """A trace that ended without an audit trail, or with one that runs backwards."""
    document = ended(document)
    match rng.randrange(3):
        case 0:
            del document["audit"]
        case 1:
            document["audit"] = []
        case _:
            document["audit"] = [
                {"actor": "flow-runner", "action": "closed", "at": document["ended_at"]},
                {"actor": "flow-runner", "action": "policy_checked", "at": document["started_at"]},
            ]
    return orjson.dumps(document)


def policy_violation(document: Document, rng: random.Random) -> bytes:
    """A trace, or a step of it, under a policy pack that is forbidden."""
    document = ended(document)
    pack = rng.choice(FORBIDDEN_PACKS)
    if rng.random() < 0.5:
        members(document["governance"])["policy_pack"] = pack
    else:
        _step(document)["governance"] = {"policy_pack": pack}
    return orjson.dumps(document)


def override_anomaly(document: Document, rng: random.Random) -> bytes:
    """An override that nobody approved, or its requester did, or one in the trace and another in a step."""
    document = ended(document)
    override: Document = {"by": "reviewer-2", "reason": "known false alarm"}
    match rng.randrange(3):
        case 0:
            pass
        case 1:
            override["approved_by"] = "Reviewer-2"
        case _:
            override["approved_by"] = "reviewer-7"
            _step(document)["governance"] = {"override": override}
    members(document["governance"])["override"] = override
    return orjson.dumps(document)


def _step(document: Document) -> Document:
    steps = document["steps"]
    assert isinstance(steps, list)
    return members(steps[-1])


FAULTS: Mapping[IssueCode, Fault] = {
    IssueCode.COMPLIANCE_GOVERNANCE_MISSING: Fault(governance_missing, blocking=True, weight=4),
    IssueCode.COMPLIANCE_AUDIT_GAP: Fault(audit_gap, blocking=True, weight=3),
    IssueCode.COMPLIANCE_POLICY_VIOLATION: Fault(policy_violation, blocking=True, weight=3),
    IssueCode.COMPLIANCE_OVERRIDE_ANOMALY: Fault(override_anomaly, blocking=True, weight=2),
}
