"""The compliance detector: what an auditor would ask of a trace (S0-11, S0-12, S0-21, S0-22, S0-39)."""

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from ..core.codes import IssueCode
from ..core.issue import Finding
from ..core.trace import Trace
from ..policy.bundle import Bundle
from ..policy.classification import Enforcement
from ..policy.compliance_settings import SubjectCompliance
from ..policy.subject import Subject
from .bounded import bounded
from .cel_rules import CelRules
from .compliance_audit import audit_findings
from .compliance_glance import ComplianceGlance
from .compliance_governance import governance_findings
from .compliance_overrides import override_findings
from .compliance_policies import policy_findings
from .view import View, unjudged, view_of


class ComplianceDetector:
    """Judges governance, audit trail, policies and overrides; ``detect`` is on the hot path."""

    name: ClassVar[str] = "compliance"

    def __init__(self, bundle: Bundle) -> None:
        most, blocks = bundle.limits.max_issues, Enforcement(bundle.classification).blocks
        self._judges = {
            name: _Judge(bundle.subjects[name], settings, most, blocks)
            for name, settings in bundle.rules.compliance.subjects.items()
            if settings != SubjectCompliance()
        }

    def detect(self, trace: Trace) -> Sequence[Finding]:
        """Governance, then trail, policies, overrides, then rules in CEL; at most ``limits.max_issues``."""
        judge = self._judges.get(trace.subject)
        if judge is None:
            return ()
        if judge.is_clean(trace):
            return judge.own(trace) if judge.cel is not None else ()
        return judge.findings(trace)


class _Judge:
    """The settings of one subject, compiled."""

    def __init__(
        self, subject: Subject, settings: SubjectCompliance, most: int, blocks: Callable[[IssueCode], bool]
    ) -> None:
        self._subject, self._settings = subject, settings
        self._governance_at = subject.pointers.governance or ()
        self._steps_at = subject.pointers.steps or ()
        self._most, self._blocks = most, blocks
        self.cel = CelRules(settings.rules) if settings.rules else None
        self.is_clean = ComplianceGlance(subject, settings).is_clean

    def own(self, trace: Trace) -> tuple[Finding, ...]:
        """What the rules in CEL find."""
        rules = () if self.cel is None else (self.cel.findings(trace.document),)
        return bounded(rules, self._most, self._blocks)

    def findings(self, trace: Trace) -> tuple[Finding, ...]:
        view = view_of(trace, self._subject)
        return () if view is None else bounded(self._rules(view), self._most, self._blocks)

    def _rules(self, view: View) -> Iterable[Iterable[Finding]]:
        yield unjudged(view, "compliance")
        settings, at, steps_at = self._settings, self._governance_at, self._steps_at
        yield governance_findings(settings, at, steps_at, view)
        if settings.audit is not None:
            yield audit_findings(settings.audit, view)
        if settings.policies is not None:
            yield policy_findings(settings, settings.policies, at, steps_at, view)
        if settings.overrides is not None:
            yield override_findings(settings, settings.overrides, at, steps_at, view)
        if self.cel is not None:
            yield self.cel.findings(view.document)
