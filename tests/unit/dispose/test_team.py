"""Who looks at a failing trace."""

import pytest

from assay.pipeline.core.issue import Category, Severity
from assay.pipeline.core.team import TEAMS, Team
from assay.pipeline.dispose.failing import failure_of
from assay.pipeline.dispose.testing import a_verdict, an_issue


@pytest.mark.parametrize(
    ("category", "team"),
    [
        (Category.SCHEMA, Team.PLATFORM_ENGINEERING),
        (Category.SECURITY, Team.SECURITY_TEAM),
        (Category.COMPLIANCE, Team.COMPLIANCE_TEAM),
        (Category.BUSINESS_LOGIC, Team.PRODUCT_ENGINEERING),
        (Category.PERFORMANCE, Team.PLATFORM_ENGINEERING),
    ],
)
def test_each_category_has_its_team(category: Category, team: Team) -> None:
    """S0-118, S0-119, S0-120, S0-121, S0-122."""
    assert TEAMS[category] is team


def test_every_category_has_a_team() -> None:
    assert set(TEAMS) == set(Category)


def test_the_worst_issue_decides_whatever_comes_first() -> None:
    """D-17: a high issue with no critical one beside it still goes to its own team. S0-123."""
    low = an_issue(severity=Severity.LOW, blocking=False)
    high = an_issue(category=Category.BUSINESS_LOGIC, severity=Severity.HIGH)
    assert failure_of(a_verdict(low, high), TEAMS).team is Team.PRODUCT_ENGINEERING
    assert failure_of(a_verdict(low, high), TEAMS).severity is Severity.HIGH
    assert failure_of(a_verdict(high, low), TEAMS).team is Team.PRODUCT_ENGINEERING


def test_the_fingerprint_is_that_of_the_worst_issue() -> None:
    low = an_issue(severity=Severity.LOW, blocking=False, path="/a")
    high = an_issue(severity=Severity.HIGH, path="/b")
    assert (
        failure_of(a_verdict(low, high), TEAMS).fingerprint == failure_of(a_verdict(high), TEAMS).fingerprint
    )


def test_a_bundle_may_give_a_category_to_another_team() -> None:
    """S0-51: teams are policy."""
    teams = {**TEAMS, Category.SCHEMA: Team.COMPLIANCE_TEAM}
    assert failure_of(a_verdict(an_issue(category=Category.SCHEMA)), teams).team is Team.COMPLIANCE_TEAM
