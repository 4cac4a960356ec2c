"""The matrix that applies where a bundle says nothing else: people are called even without a file (S0-170 … S0-183)."""

from collections.abc import Mapping
from typing import Final

from ..core.issue import Category, Severity
from .escalation import Chain, ChainStep, Confirm, EscalationLevel, EscalationMatrix, Role, VolumeRule

_L = EscalationLevel
_MINUTE, _HOUR = 60, 3600

_ROLES: Mapping[str, Role] = {
    "on_call_engineer": Role(_L.RESPONDER),
    "assigned_engineer": Role(_L.RESPONDER),
    "owning_team": Role(_L.RESPONDER),
    "security_team": Role(_L.RESPONDER),
    "platform_lead": Role(_L.LEAD),
    "team_lead": Role(_L.LEAD),
    "compliance_officer": Role(_L.LEAD),
    "legal_team": Role(_L.LEAD),
    "incident_commander": Role(_L.LEAD),
    "engineering_manager": Role(_L.MANAGEMENT),
    "ciso": Role(_L.EXECUTIVE),
    "cto": Role(_L.EXECUTIVE),
    "ceo": Role(_L.EXECUTIVE, Confirm.REQUIRED),
    "board_notification": Role(_L.EXECUTIVE, Confirm.REQUIRED),
}


def _step(after_s: int, roles: tuple[str, ...], level: EscalationLevel, reason: str) -> ChainStep:
    return ChainStep(after_s, roles, level, reason)


_CRITICAL = (
    _step(0, ("on_call_engineer", "platform_lead"), _L.LEAD, "Critical issue detected: {code}"),
    _step(
        15 * _MINUTE,
        ("engineering_manager", "cto"),
        _L.EXECUTIVE,
        "Critical issue unresolved for >15 minutes",
    ),
    ChainStep(
        30 * _MINUTE,
        ("ceo", "board_notification"),
        _L.EXECUTIVE,
        "Critical issue unresolved for >30 minutes",
        Confirm.REQUIRED,
        ("incident_commander",),
    ),
)
_HIGH = (
    _step(
        _HOUR,
        ("assigned_engineer", "team_lead"),
        _L.MANAGEMENT,
        "High priority issue unresolved for >1 hour",
    ),
    _step(4 * _HOUR, ("engineering_manager",), _L.MANAGEMENT, "High priority issue unresolved for >4 hours"),
    _step(24 * _HOUR, ("platform_lead",), _L.MANAGEMENT, "High priority issue unresolved for >24 hours"),
)
_MEDIUM = (
    _step(0, ("owning_team",), _L.RESPONDER, "Medium priority issue detected: {code}"),
    _step(4 * _HOUR, ("team_lead",), _L.LEAD, "Medium priority issue unresolved for >4 hours"),
)
_SECURITY = (
    _step(0, ("security_team", "ciso"), _L.EXECUTIVE, "Security violation detected: {code}"),
    _step(
        15 * _MINUTE,
        ("cto", "incident_commander"),
        _L.EXECUTIVE,
        "Security violation unresolved for >15 minutes",
    ),
)
_COMPLIANCE = (
    _step(0, ("compliance_officer", "legal_team"), _L.LEAD, "Compliance violation detected: {code}"),
    ChainStep(
        30 * _MINUTE,
        ("cto", "ceo"),
        _L.EXECUTIVE,
        "Compliance violation unresolved for >30 minutes",
        because="Authorities set deadlines for telling them, and the clock of those runs already",
    ),
)


def _chain(name: Severity | Category, steps: tuple[ChainStep, ...]) -> Chain:
    return Chain(name.value, 1, steps)


SHIPPED: Final = EscalationMatrix(
    roles=_ROLES,
    chains={
        Severity.CRITICAL: _chain(Severity.CRITICAL, _CRITICAL),
        Severity.HIGH: _chain(Severity.HIGH, _HIGH),
        Severity.MEDIUM: _chain(Severity.MEDIUM, _MEDIUM),
        Severity.LOW: _chain(Severity.LOW, ()),
    },
    overlays={
        Category.SECURITY: _chain(Category.SECURITY, _SECURITY),
        Category.COMPLIANCE: _chain(Category.COMPLIANCE, _COMPLIANCE),
    },
    volume=VolumeRule(
        version=1,
        more_than=10,
        within_s=_HOUR,
        roles=("engineering_manager",),
        level=_L.MANAGEMENT,
        reason="High volume of similar issues: {volume}",
    ),
)
