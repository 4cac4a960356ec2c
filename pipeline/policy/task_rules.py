"""``policies/tasks.yaml`` as data: what kind of task a dead letter becomes, how urgent, and whose (S0-143, S0-144)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..core.issue import Category, Severity
from ..core.team import Team
from ..core.word import Word


class Priority(Word):
    """How urgent a task is; P0 first (OPERATIONS 4.4)."""

    P0 = "P0"
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"

    @property
    def raised(self) -> "Priority":
        """One more urgent, if there is one."""
        return Priority(f"P{max(int(self.value[1]) - 1, 0)}")


PRIORITIES: Mapping[Severity, Priority] = {
    Severity.CRITICAL: Priority.P0,
    Severity.HIGH: Priority.P1,
    Severity.MEDIUM: Priority.P2,
    Severity.LOW: Priority.P3,
}
TYPES: Mapping[str, str] = {
    "corrupt": "unreadable_trace",
    Category.SCHEMA: "schema_repair",
    Category.SECURITY: "security_review",
    Category.COMPLIANCE: "compliance_review",
    Category.BUSINESS_LOGIC: "data_correction",
    Category.PERFORMANCE: "performance_review",
}
"""Code, family of codes or category → type of task; the most specific that there is decides."""
OTHERWISE_TYPE = "investigation"
"""For what was never judged, such as a trace that ended worker processes."""


@dataclass(frozen=True, slots=True)
class TaskRules:
    """How tasks are made."""

    types: Mapping[str, str] = field(default_factory=lambda: TYPES)
    priorities: Mapping[Severity, Priority] = field(default_factory=lambda: PRIORITIES)
    urgent_tenants: frozenset[str] = frozenset()
    """Their tasks are one priority more urgent."""
    rota: Mapping[Team, tuple[str, ...]] = field(default_factory=dict[Team, tuple[str, ...]])
    """Who works on the tasks of a team, in turns; a team without a row gets them as a team."""
    dashboard: str = ""
    """Where a person looks at a trace; ``{trace_id}`` in it is replaced. Empty: a command of ours."""
    documentation: str = ""
    """Where it is written how to repair traces. Empty: the page that ships."""
