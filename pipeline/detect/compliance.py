"""The compliance detector: what an auditor would ask of a trace (S0-11, S0-12, S0-21, S0-22, S0-39)."""

from collections.abc import Iterable
from typing import ClassVar

from ..core.issue import Finding
from ..policy.bundle import Bundle
from ..policy.compliance_settings import SubjectCompliance
from ..policy.subject import Subject
from .compliance_audit import audit_findings
from .compliance_glance import ComplianceGlance
from .compliance_governance import governance_findings
from .compliance_overrides import override_findings
from .compliance_policies import policy_findings
from .subject_rules import SubjectJudge, SubjectRules
from .view import View, unjudged


class ComplianceDetector(SubjectRules):
    """Judges governance, then audit trail, policies, overrides, then an owner's own rules."""

    name: ClassVar[str] = "compliance"

    def __init__(self, bundle: Bundle) -> None:
        super().__init__(
            {
                name: _Judge(bundle, bundle.subjects[name], settings)
                for name, settings in bundle.rules.compliance.subjects.items()
                if settings != SubjectCompliance()
            }
        )


class _Judge(SubjectJudge):
    def __init__(self, bundle: Bundle, subject: Subject, settings: SubjectCompliance) -> None:
        super().__init__(bundle, subject, settings.rules, ComplianceGlance(subject, settings).is_clean)
        self._settings = settings
        self._governance_at = subject.pointers.governance or ()
        self._steps_at = subject.pointers.steps or ()

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
