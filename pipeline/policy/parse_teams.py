"""``policies/teams.yaml``: who looks at issues of which category (S0-51, S0-118 … S0-122)."""

from collections.abc import Mapping

from ..core.document import Json
from ..core.errors import Problem
from ..core.issue import Category
from ..core.team import TEAMS, Team
from .fields import Fields

KEYS = ("teams",)


def parse_teams(where: str, document: Json, problems: list[Problem]) -> Mapping[Category, Team]:
    """A team for every category: the bundle's where it names one, else that of :data:`TEAMS`."""
    fields = Fields(where, document, KEYS, problems)
    if not fields.has("teams"):
        return TEAMS
    rows = Fields(fields.place("teams"), fields.get("teams"), tuple(Category), problems)
    return {category: _team(rows, category) for category in Category}


def _team(rows: Fields, category: Category) -> Team:
    if not rows.has(category):
        return TEAMS[category]
    team = rows.word(category, Team)
    return TEAMS[category] if team is None else team
