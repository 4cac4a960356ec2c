"""What the issues agent writes is what the escalation agent reads: the two agree on nothing but this."""

import pytest

from assay.pipeline.core.clock import rfc3339
from assay.pipeline.core.issue import Category, Severity
from assay.pipeline.core.team import Team
from assay.pipeline.escalate import GroupStatus, read_group
from assay.pipeline.issues import status as issues
from assay.pipeline.issues.codec import to_json
from assay.pipeline.issues.event import Fact
from assay.pipeline.issues.facts import take_fact
from assay.pipeline.issues.group import Group

from .conftest import FINGERPRINT, MINUTE_NS, START_NS


def a_fact(number: int) -> Fact:
    return Fact(
        event_id=f"traces.raw/0/{number}/1/0",
        fingerprint=FINGERPRINT,
        code="security.pii_email",
        category=Category.SECURITY,
        severity=Severity.HIGH,
        blocking=True,
        path="/context/user_id",
        rule="pii_email",
        occurrences=1,
        tenant="42",
        subject="workflow_trace",
        producer="orchestrator",
        version="4.8.1",
        source=f"traces.raw/0/{number}",
        attempts=1,
        team=Team.SECURITY_TEAM,
        detected_at=rfc3339(START_NS + number),
    )


@pytest.fixture
def group() -> Group:
    found: Group | None = None
    for number in range(11):
        found = take_fact(found, a_fact(number), f"quality.issues/0/{number}")
    assert found is not None
    return found


def test_every_member_is_found(group: Group) -> None:
    seen = read_group(to_json(group), START_NS + MINUTE_NS)
    assert seen.group.fingerprint == FINGERPRINT
    assert (seen.group.code, seen.group.category) == ("security.pii_email", Category.SECURITY)
    assert (seen.group.severity, seen.group.status) == (Severity.HIGH, GroupStatus.DETECTED)
    assert (seen.group.episode, seen.group.opened_ns, seen.group.count) == (1, START_NS, 11)
    assert (seen.group.tenant, seen.group.team, seen.group.rule) == ("42", "security_team", "pii_email")
    assert seen.group.acknowledged is seen.group.confirmed is None
    assert seen.since(START_NS - 60 * MINUTE_NS) == 11
    assert seen.last_seen_ns == START_NS + 10


def test_both_know_the_same_statuses() -> None:
    assert {each.value for each in GroupStatus} == {each.value for each in issues.Status}
    assert {each.value for each in GroupStatus} - {each.value for each in issues.OPEN} == {
        "resolved",
        "ignored",
    }
