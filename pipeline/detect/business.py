"""The business logic detector: what cannot be, or says nothing (S0-16, S0-17, S0-20, S0-28, S0-34, S0-35, S0-40)."""

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from ..core.codes import IssueCode
from ..core.issue import Finding
from ..core.trace import Trace
from ..policy.bundle import Bundle
from ..policy.business_settings import SubjectBusiness
from ..policy.classification import Enforcement
from ..policy.subject import Subject
from .bounded import bounded
from .business_glance import BusinessGlance
from .business_patterns import pattern_findings
from .business_states import state_findings
from .business_times import time_findings
from .business_totals import total_findings
from .business_tree import tree_findings
from .business_trust import trust_findings
from .business_words import metadata_findings, unclear_findings
from .cel_rules import CelRules
from .view import View, unjudged, view_of


class BusinessDetector:
    """Judges states, times, tree, totals, trust, words and an owner's own rules; ``detect`` is on the hot path."""

    name: ClassVar[str] = "business"

    def __init__(self, bundle: Bundle) -> None:
        most, blocks = bundle.limits.max_issues, Enforcement(bundle.classification).blocks
        self._judges = {
            name: _Judge(bundle.subjects[name], settings, most, blocks)
            for name, settings in bundle.rules.business.subjects.items()
            if settings != SubjectBusiness()
        }

    def detect(self, trace: Trace) -> Sequence[Finding]:
        """What cannot be comes before what says nothing; at most ``limits.max_issues``."""
        judge = self._judges.get(trace.subject)
        if judge is None:
            return ()
        if judge.is_clean(trace):
            return judge.own(trace) if judge.cel is not None else ()
        return judge.findings(trace)


class _Judge:
    """The settings of one subject, compiled."""

    def __init__(
        self, subject: Subject, settings: SubjectBusiness, most: int, blocks: Callable[[IssueCode], bool]
    ) -> None:
        self._subject, self._settings = subject, settings
        self._steps_at, self._score_at = subject.pointers.steps or (), subject.pointers.trust_score
        self._end_at = subject.pointers.end
        self._most, self._blocks = most, blocks
        self.cel = CelRules(settings.rules) if settings.rules else None
        self.is_clean = BusinessGlance(subject, settings).is_clean

    def own(self, trace: Trace) -> tuple[Finding, ...]:
        """What the rules in CEL find."""
        rules = () if self.cel is None else (self.cel.findings(trace.document),)
        return bounded(rules, self._most, self._blocks)

    def findings(self, trace: Trace) -> tuple[Finding, ...]:
        view = view_of(trace, self._subject)
        return () if view is None else bounded(self._rules(view), self._most, self._blocks)

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
