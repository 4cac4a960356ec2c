"""Which team an issue is for: that of its category; a failing trace is for that of its worst issue (S0-118 … S0-122, D-17)."""

from collections.abc import Mapping
from enum import StrEnum

from .issue import Category


class Team(StrEnum):
    """Who looks at a failing trace; the member ``team`` of the envelope."""

    PLATFORM_ENGINEERING = "platform_engineering"
    SECURITY_TEAM = "security_team"
    COMPLIANCE_TEAM = "compliance_team"
    PRODUCT_ENGINEERING = "product_engineering"


DEFAULT_TEAM = Team.PLATFORM_ENGINEERING
"""For a trace that was never judged: there is no issue to go by (S0-123)."""

TEAMS: Mapping[Category, Team] = {
    Category.SCHEMA: Team.PLATFORM_ENGINEERING,
    Category.PERFORMANCE: Team.PLATFORM_ENGINEERING,
    Category.SECURITY: Team.SECURITY_TEAM,
    Category.COMPLIANCE: Team.COMPLIANCE_TEAM,
    Category.BUSINESS_LOGIC: Team.PRODUCT_ENGINEERING,
}
