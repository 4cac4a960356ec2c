"""The business logic detector: what cannot be, or says nothing (S0-16, S0-17, S0-20, S0-28, S0-34, S0-35, S0-40)."""

from collections.abc import Iterable
from typing import ClassVar

from ..core.issue import Finding
from ..policy.bundle import Bundle
from ..policy.business_settings import SubjectBusiness
from ..policy.subject import Subject
from .business_glance import BusinessGlance
from .business_patterns import pattern_findings
from .business_states import state_findings
from .business_times import time_findings
from .business_totals import total_findings
from .business_tree import tree_findings
from .business_trust import trust_findings
from .business_words import metadata_findings, unclear_findings
from .subject_rules import SubjectJudge, SubjectRules
from .view import View, unjudged


class BusinessDetector(SubjectRules):
    """Judges states, times, tree, totals, trust, words and an owner's own rules.

    What cannot be comes before what says nothing.
    """

    name: ClassVar[str] = "business"

    def __init__(self, bundle: Bundle) -> None:
        super().__init__(
            {
                name: _Judge(bundle, bundle.subjects[name], settings)
                for name, settings in bundle.rules.business.subjects.items()
                if settings != SubjectBusiness()
            }
        )


class _Judge(SubjectJudge):
    def __init__(self, bundle: Bundle, subject: Subject, settings: SubjectBusiness) -> None:
        super().__init__(bundle, subject, settings.rules, BusinessGlance(subject, settings).is_clean)
        self._settings = settings
        self._steps_at, self._score_at = subject.pointers.steps or (), subject.pointers.trust_score
        self._end_at = subject.pointers.end

    def _rules(self, view: View) -> Iterable[Iterable[Finding]]:
        yield unjudged(view, "business")
        settings, steps_at = self._settings, self._steps_at
        yield state_findings(settings, self._end_at, steps_at, view)
        yield time_findings(settings, self._end_at, steps_at, view)
        yield tree_findings(settings, steps_at, view)
        yield total_findings(settings, view)
        if settings.trust is not None and self._score_at is not None:
            yield trust_findings(settings.trust, self._score_at, view)
        if self.cel is not None:
            yield self.cel.findings(view.document)
        yield pattern_findings(settings, steps_at, view)
        yield metadata_findings(settings, view)
        yield unclear_findings(settings, steps_at, view)
