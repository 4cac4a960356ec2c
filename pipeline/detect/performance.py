"""The performance detector: is the trace, or the run that it tells of, over its budget (S0-18, S0-19, S0-27, S0-29, S0-33, S0-41)?"""

from collections.abc import Sequence
from typing import ClassVar

from ..core.codes import IssueCode
from ..core.issue import Finding
from ..core.trace import Trace
from ..policy.bundle import Bundle
from ..policy.performance_rules import SubjectBudget
from ..policy.subject import Subject
from .performance_run import RunBudget
from .performance_structure import StructureJudge

_NO_BUDGET = SubjectBudget()


class PerformanceDetector:
    """Judges a trace by the budgets of its subject. What most traces need is a few lookups and comparisons."""

    name: ClassVar[str] = "performance"

    def __init__(self, bundle: Bundle) -> None:
        rules = bundle.rules.performance
        self._most = bundle.limits.max_issues
        self._structure_from = rules.structure.from_bytes
        self._subjects = {
            subject.name: _SubjectJudge(subject, rules.subjects.get(subject.name, _NO_BUDGET))
            for subject in bundle.subjects.values()
            if not subject.decode_only
        }
        self._structure = StructureJudge(rules.structure, bundle.subjects)

    def detect(self, trace: Trace) -> Sequence[Finding]:
        """Findings on size, then duration and measurements, then structure; at most ``limits.max_issues``."""
        judge = self._subjects.get(trace.subject)
        if judge is None:
            return ()
        size = len(trace.value)
        run = judge.run(trace.document)
        if size <= judge.max_bytes and size < self._structure_from:
            return run
        found = [*judge.size(size), *run]
        if size >= self._structure_from:
            found += self._structure(trace, self._most - len(found))
        return found[: self._most]


class _SubjectJudge:
    """The budgets of one subject, in the form in which traces are compared with them."""

    __slots__ = ("_oversized", "max_bytes", "run")

    def __init__(self, subject: Subject, budget: SubjectBudget) -> None:
        self.run = RunBudget(subject, budget).__call__
        self.max_bytes: float = float("inf") if budget.max_bytes is None else budget.max_bytes
        self._oversized = f"performance.subjects.{subject.name}.max_bytes"

    def size(self, size: int) -> Sequence[Finding]:
        if size <= self.max_bytes:
            return ()
        return (
            Finding(
                IssueCode.PERFORMANCE_OVERSIZED,
                expected=f"at most {self.max_bytes} bytes",
                actual_masked=f"{size} bytes",
                rule=self._oversized,
            ),
        )
