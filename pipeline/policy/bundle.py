"""The bundle and its parts: immutable, named by the hash of their content (DESIGN 2)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..core.codes import IssueCode
from ..core.issue import Category
from ..core.team import TEAMS, Team
from .business_rules import BusinessRules
from .classification import CLASSIFICATION, CodePolicy
from .compliance_rules import ComplianceRules
from .drill_rules import DrillRules
from .escalation import EscalationMatrix
from .escalation_shipped import SHIPPED
from .notifications import Notifications
from .performance_rules import PerformanceRules
from .quality_rules import QualityThresholds
from .remediation_rule import RemediationRule
from .security_rules import SecurityRules
from .subject import AvroSchema, Pointers, Subject
from .task_rules import TaskRules
from .time_rules import TimeRules


@dataclass(frozen=True, slots=True)
class Limits:
    """What one trace may cost."""

    max_value_bytes: int = 1_000_000
    """A larger value is ``corrupt.too_large``; the size is that of the value as it came, decompressed."""
    max_key_and_headers_bytes: int = 65_536
    """Key and headers travel on with a passing trace; more of them than this is ``corrupt.too_large`` too."""
    max_depth: int = 64
    """Objects and arrays inside one another; deeper is ``corrupt.depth``."""
    max_issues: int = 200
    """Issues that an envelope lists; more are counted, not listed."""


@dataclass(frozen=True, slots=True)
class Binding:
    """What a raw topic is declared to carry, and whose it is (DESIGN 9)."""

    topic: str
    """The topic's name without the prefix, e.g. ``traces.raw`` or ``traces.raw.acme``."""
    tenant: str | None
    """The tenant that the topic belongs to, or ``None``: shared by declaration, the body names the tenant."""
    default_subject: str
    subjects: frozenset[str]
    """The subjects that header ``assay-subject`` or the body may name."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings of the detectors: one file of ``policies/`` and one member each."""

    security: SecurityRules = field(default_factory=SecurityRules)
    compliance: ComplianceRules = field(default_factory=ComplianceRules)
    business: BusinessRules = field(default_factory=BusinessRules)
    performance: PerformanceRules = field(default_factory=PerformanceRules)
    time: TimeRules = field(default_factory=TimeRules)


@dataclass(frozen=True, slots=True)
class Bundle:
    """Everything a verdict depends on but the bytes and the clock."""

    bundle_id: str
    """SHA-256 of the canonical JSON (RFC 8785) of the bundle's content, 64 hex digits."""
    limits: Limits
    subjects: Mapping[str, Subject]
    bindings: Mapping[str, Binding]
    """By topic name without prefix."""
    by_trace_type: Mapping[str, str] = field(default_factory=dict[str, Any])
    """Trace type → subject name."""
    classification: Mapping[IssueCode, CodePolicy] = field(default_factory=lambda: CLASSIFICATION)
    """A row for every code: severity, category, modes."""
    rules: Rules = field(default_factory=Rules)
    teams: Mapping[Category, Team] = field(default_factory=lambda: TEAMS)
    """A team for every category (S0-51)."""
    escalation: EscalationMatrix = SHIPPED
    """Who is called when (S0-170 … S0-183)."""
    notifications: Notifications = field(default_factory=Notifications)
    """Whom to tell through what."""
    tasks: TaskRules = field(default_factory=TaskRules)
    """What a dead letter becomes for a person (S0-141 … S0-144)."""
    quality: QualityThresholds = field(default_factory=QualityThresholds)
    """When quality is bad enough to be told of (S0-67)."""
    drill: DrillRules = field(default_factory=DrillRules)
    """Whose the traces of drills are (S0-198)."""
    remediation_rules: Mapping[str, RemediationRule] = field(default_factory=dict[str, RemediationRule])
    """By name. In which order they work: :class:`~.remediation_rule.RuleBook`."""

    @property
    def short_id(self) -> str:
        """The first 12 hex digits: the value of header ``assay-bundle``."""
        return self.bundle_id[:12]


__all__ = ["AvroSchema", "Binding", "Bundle", "Limits", "Pointers", "Rules", "Subject"]
