"""A detector with settings per subject: most clean traces pass a quick look, all others meet every rule."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence

from ..core.issue import Finding
from ..core.trace import Trace
from ..policy.bundle import Bundle
from ..policy.cel_rule import CelRule
from ..policy.classification import Enforcement
from ..policy.subject import Subject
from .bounded import bounded
from .cel_rules import CelRules
from .view import View, view_of


class SubjectJudge(ABC):
    """The settings of one subject, compiled."""

    def __init__(
        self, bundle: Bundle, subject: Subject, own: Sequence[CelRule], is_clean: Callable[[Trace], bool]
    ) -> None:
        """``own``: an owner's rules in CEL. ``is_clean``: the quick look, which they are no part of."""
        self._subject = subject
        self._most, self._blocks = bundle.limits.max_issues, Enforcement(bundle.classification).blocks
        self.cel = CelRules(own) if own else None
        self.is_clean = is_clean

    def own(self, trace: Trace) -> tuple[Finding, ...]:
        """What the rules in CEL find."""
        rules = () if self.cel is None else (self.cel.findings(trace.document),)
        return bounded(rules, self._most, self._blocks)

    def findings(self, trace: Trace) -> tuple[Finding, ...]:
        """What all rules find, those in CEL too; at most ``limits.max_issues``."""
        view = view_of(trace, self._subject)
        return () if view is None else bounded(self._rules(view), self._most, self._blocks)

    @abstractmethod
    def _rules(self, view: View) -> Iterable[Iterable[Finding]]:
        """The findings of each rule, in the order in which they are reported."""


class SubjectRules:
    """Asks the judge of a trace's subject; ``detect`` is on the hot path."""

    def __init__(self, judges: Mapping[str, SubjectJudge]) -> None:
        self._judges = judges

    def detect(self, trace: Trace) -> Sequence[Finding]:
        """In the order of the rules, at most ``limits.max_issues``; nothing for a subject without settings."""
        judge = self._judges.get(trace.subject)
        if judge is None:
            return ()
        if judge.is_clean(trace):
            return judge.own(trace) if judge.cel is not None else ()
        return judge.findings(trace)
