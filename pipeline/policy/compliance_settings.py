"""What an auditor asks of the traces of one subject (S0-11, S0-12, S0-21, S0-22)."""

from dataclasses import dataclass

from .cel_rule import CelRule


@dataclass(frozen=True, slots=True)
class GovernanceNeed:
    """Members of the governance that must be there, and for which traces; ``None`` means for any."""

    members: tuple[str, ...]
    statuses: frozenset[str] | None = None
    trace_types: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class StepNeed:
    """Members that the governance of a step of one of these types must have."""

    types: frozenset[str]
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AuditRules:
    """The trail of what was done to a trace, and by whom."""

    at: tuple[str, ...]
    """Where the list of entries is."""
    time: str = "at"
    action: str = "action"
    """What an entry calls its time and its action."""
    statuses: frozenset[str] = frozenset()
    """Traces with one of these must have a trail."""
    actions: tuple[tuple[str, ...], ...] = ()
    """Actions that must be there, in this order; each is one of several words."""
    most_seconds: int | None = None
    """Between start, entries and end there may not be more time than this."""
    exempt_versions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class StepPolicy:
    """What applies to steps of some types: one of these policy ids, or, without any, that there is no such step."""

    rule: str
    types: frozenset[str]
    packs: frozenset[str] | None
    """Only where the trace runs under one of these packs; ``None``: under any, or none."""
    needs_one_of: frozenset[str]


@dataclass(frozen=True, slots=True)
class PolicyRules:
    """Which policies a trace or a step may, must and must not run under; ``None`` allows all."""

    pack: str = "policy_pack"
    ids: str = "policy_ids"
    allowed_packs: frozenset[str] | None = None
    forbidden_packs: frozenset[str] = frozenset()
    allowed_ids: frozenset[str] | None = None
    forbidden_ids: frozenset[str] = frozenset()
    required_ids: frozenset[str] = frozenset()
    """Of the trace's own."""
    steps: tuple[StepPolicy, ...] = ()


@dataclass(frozen=True, slots=True)
class OverrideRules:
    """An override of a policy has an approver, who is not the one who asked for it."""

    at: str = "override"
    """The member of the governance that holds it."""
    by: str = "by"
    approved_by: str = "approved_by"
    reason: str = "reason"
    most: int = 1
    """In one trace, those of its steps included."""
    shortest_reason: int = 1
    """Characters, spaces around it left out."""


@dataclass(frozen=True, slots=True)
class SubjectCompliance:
    """The settings for one subject. What is absent is not looked at."""

    step_type: str = "type"
    step_governance: str = "governance"
    needs: tuple[GovernanceNeed, ...] = ()
    step_needs: tuple[StepNeed, ...] = ()
    exempt_versions: frozenset[str] = frozenset()
    """Versions of the schema that know no governance."""
    audit: AuditRules | None = None
    policies: PolicyRules | None = None
    overrides: OverrideRules | None = None
    rules: tuple[CelRule, ...] = ()
