"""How long a run took, and whether its measurements are usual (S0-19, S0-27, S0-29)."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from ..core.clock import NANOS_PER_MILLI
from ..core.codes import IssueCode
from ..core.document import Json, format_pointer, lookup
from ..core.issue import Finding
from ..core.masking import mask
from ..policy.performance_rules import DurationBudget, SubjectBudget
from ..policy.subject import Subject
from .moments import parse_moment

_Tokens = tuple[str, ...]


class _Bounds(NamedTuple):
    """A number of the trace, and between which values nobody has to look closer."""

    at: _Tokens
    low: float
    high: float


class RunBudget:
    """The budgets of one subject for its runs; made once, called for every trace."""

    __slots__ = ("_budget", "_groups", "_limited", "_subject")

    def __init__(self, subject: Subject, budget: SubjectBudget) -> None:
        self._subject = subject
        self._budget = budget
        limits = [
            limit
            for one in (budget.duration, *budget.workflows.values())
            for limit in (one.slow_ms, one.excessive_ms)
            if limit is not None
        ]
        self._limited = bool(limits)
        bounds = [_Bounds(one.at, *_usual(one.median, one.mad, one.k)) for one in budget.measurements]
        if limits:
            # Where the trace does not say how long it took there is nothing, and that is looked at closely.
            bounds.append(_Bounds(budget.duration_at or (), 0, min(limits)))
        self._groups = _by_parent(bounds)

    def __call__(self, document: Json) -> Sequence[Finding]:
        """At most one finding on the duration, and one for each measurement. Never raises."""
        for parent, members in self._groups:
            here = document
            for token in parent:
                if type(here) is not dict:
                    break
                here = here.get(token)
            if type(here) is not dict:
                return self._closely(document)
            for member, low, high in members:
                number: Any = here.get(member)
                kind = type(number)
                if (kind is not int and kind is not float) or not low <= number <= high:
                    return self._closely(document)
        return ()

    def _closely(self, document: Json) -> Sequence[Finding]:
        findings = [] if not self._limited else self._duration(document)
        for one in self._budget.measurements:
            number = _number_at(document, one.at)
            low, high = _usual(one.median, one.mad, one.k)
            if number is not None and not low <= number <= high:
                findings.append(
                    Finding(
                        IssueCode.PERFORMANCE_ANOMALOUS,
                        path=format_pointer(one.at),
                        expected=f"{one.median:g} ± {one.k * one.mad:g}",
                        actual_masked=mask(number),
                        rule=f"performance.subjects.{self._subject.name}.measurements.{one.name}",
                    )
                )
        return findings

    def _duration(self, document: Json) -> list[Finding]:
        path, took_ms = self._took(document)
        if took_ms is None:
            return []
        workflow, budget = self._budget_of(document)
        for code, key, limit in (
            (IssueCode.PERFORMANCE_PROCESSING_EXCESSIVE, "excessive_ms", budget.excessive_ms),
            (IssueCode.PERFORMANCE_SLOW, "slow_ms", budget.slow_ms),
        ):
            if limit is not None and took_ms > limit:
                return [
                    Finding(
                        code,
                        path=format_pointer(path),
                        expected=f"at most {limit} ms",
                        actual_masked=mask(took_ms),
                        rule=f"performance.subjects.{self._subject.name}.{workflow}{key}",
                    )
                ]
        return []

    def _took(self, document: Json) -> tuple[_Tokens, float | None]:
        """Milliseconds, and where they come from: what the trace says, else its end minus its time."""
        budget, pointers = self._budget, self._subject.pointers
        said = None if budget.duration_at is None else _number_at(document, budget.duration_at)
        if said is not None:
            return budget.duration_at or (), said
        if pointers.time is None or pointers.end is None:
            return (), None
        start = parse_moment(lookup(document, pointers.time))
        end = parse_moment(lookup(document, pointers.end))
        # A part of a millisecond is one more: exact for any limit, without a float.
        return pointers.end, None if start is None or end is None else -((start - end) // NANOS_PER_MILLI)

    def _budget_of(self, document: Json) -> tuple[str, DurationBudget]:
        """The budget that applies, and the part of the rule's name that says so: a name that the policy has."""
        if self._budget.workflow_at is not None:
            workflow = lookup(document, self._budget.workflow_at)
            if isinstance(workflow, str) and workflow in self._budget.workflows:
                return f"workflows.{workflow}.", self._budget.workflows[workflow]
        return "", self._budget.duration


def _usual(median: float, mad: float, k: float) -> tuple[float, float]:
    return median - k * mad, median + k * mad


def _number_at(document: Json, tokens: _Tokens) -> int | float | None:
    found = lookup(document, tokens)
    return found if isinstance(found, int | float) and not isinstance(found, bool) else None


def _by_parent(bounds: Sequence[_Bounds]) -> tuple[tuple[_Tokens, tuple[tuple[str, float, float], ...]], ...]:
    """Numbers that stand in one object are looked up in one go."""
    groups: dict[_Tokens, list[tuple[str, float, float]]] = {}
    for at, low, high in bounds:
        groups.setdefault(at[:-1], []).append((at[-1] if at else "", low, high))
    return tuple((parent, tuple(members)) for parent, members in groups.items())
