"""What a rule of Prometheus is made of: data, rendered by ``rules.py``."""

from dataclasses import dataclass

from ..core.team import Team
from ..core.word import Word


class AlertSeverity(Word):
    """Who is told, and how soon: the label ``severity`` (S0-195 … S0-197)."""

    CRITICAL = "critical"
    """Somebody is called at once."""
    WARNING = "warning"
    """Somebody looks within hours."""
    NONE = "none"
    """For machines."""

    @property
    def priority(self) -> str:
        """The annotation ``priority``, in the words of on-call."""
        return _PRIORITIES[self]


_PRIORITIES = {AlertSeverity.CRITICAL: "P0", AlertSeverity.WARNING: "P2", AlertSeverity.NONE: "P3"}


@dataclass(frozen=True, slots=True)
class Recording:
    """An expression that Prometheus keeps under a name."""

    record: str
    expr: str


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert. Summary and description hold no value of a trace; they may name labels whose words are ours."""

    name: str
    """Also its heading in the runbooks."""
    expr: str
    severity: AlertSeverity
    summary: str
    description: str
    team: Team | None = Team.PLATFORM_ENGINEERING
    """``None`` = that of the label ``category``."""
    for_s: int = 0
    """How long it must be true."""
    keep_s: int = 0
    """How long it keeps firing after it was true, so that a restart in between tells nobody twice."""


@dataclass(frozen=True, slots=True)
class RuleGroup:
    """Rules that are evaluated one after the other."""

    name: str
    rules: tuple[Recording | Alert, ...]
