"""Takes in what was seen, one problem of one trace at a time, and answers what a report asks."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ...core.issue import Category, Severity
from ...core.record import Source
from .evidence import Offsets
from .seen import HOUR_S, Seen, Window

Combination = frozenset[int]
"""The problems that a trace has, by their numbers."""


@dataclass(slots=True)
class Problem:
    """One problem, and the traces of the window that have it."""

    fingerprint: str
    code: str
    category: Category
    severity: Severity
    """The worst that it was seen with."""
    blocking: bool
    subject: str
    path: str
    rule: str
    first_seen: str
    last_seen: str
    traces: int = 0
    traces_before: int = 0
    """Of the window before."""
    occurrences: int = 0
    producers: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    offsets: Offsets = field(default_factory=Offsets)


class EvidenceBook:
    """Of one tenant. Each trace counts once for each of its problems, whatever comes twice or in which order."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._problems: list[Problem] = []
        self._numbers: dict[str, int] = {}
        self._combinations: list[Combination] = [frozenset()]
        self._joined: dict[tuple[int, int], int] = {}
        self._known: dict[Combination, int] = {frozenset(): 0}
        # A trace is an offset and two numbers here: there may be millions.
        self._traces: dict[tuple[str, int], dict[int, int]] = {}
        self._hours: dict[int, Counter[int]] = {}

    def take(self, seen: Seen) -> None:
        """What is older than the window before is passed over."""
        hour = seen.at_s // HOUR_S
        inside, before = self._window.holds(hour), self._window.before.holds(hour)
        if not (inside or before):
            return
        number = self._number(seen)
        if not self._join(seen.source, hour, number):
            return
        problem = self._problems[number]
        problem.severity = max(problem.severity, seen.severity, key=lambda severity: severity.rank)
        problem.blocking = problem.blocking or seen.blocking
        if before:
            problem.traces_before += 1
            return
        if not problem.traces:
            problem.first_seen = problem.last_seen = seen.detected_at
        problem.traces += 1
        problem.occurrences += seen.occurrences
        problem.first_seen = min(problem.first_seen, seen.detected_at)
        problem.last_seen = max(problem.last_seen, seen.detected_at)
        problem.producers[seen.producer, seen.version] += 1
        problem.offsets.add(seen.source)

    def problems(self) -> Iterator[tuple[int, Problem]]:
        """Those of the window, with their numbers; the ones that were seen only before it are left out."""
        return ((number, problem) for number, problem in enumerate(self._problems) if problem.traces)

    def combinations(self, window: Window) -> Mapping[Combination, int]:
        """How many traces of these hours have exactly these problems."""
        counts: Counter[Combination] = Counter()
        for hour, of_hour in self._hours.items():
            if window.holds(hour):
                for combination, traces in of_hour.items():
                    if traces:
                        counts[self._combinations[combination]] += traces
        return counts

    def severity(self, number: int) -> Severity:
        """How bad a problem is, by its number."""
        return self._problems[number].severity

    def _number(self, seen: Seen) -> int:
        number = self._numbers.get(seen.fingerprint)
        if number is None:
            number = self._numbers[seen.fingerprint] = len(self._problems)
            self._problems.append(
                Problem(
                    seen.fingerprint,
                    seen.code,
                    seen.category,
                    seen.severity,
                    seen.blocking,
                    seen.subject,
                    seen.path,
                    seen.rule,
                    seen.detected_at,
                    seen.detected_at,
                )
            )
        return number

    def _join(self, source: Source, hour: int, number: int) -> bool:
        """Whether the trace was not known to have this problem."""
        traces = self._traces.setdefault((source.topic, source.partition), {})
        old = traces.get(source.offset, 0)
        if number in self._combinations[old]:
            return False
        new = traces[source.offset] = self._with(old, number)
        counts = self._hours.setdefault(hour, Counter())
        if old:
            counts[old] -= 1
        counts[new] += 1
        return True

    def _with(self, old: int, number: int) -> int:
        new = self._joined.get((old, number))
        if new is None:
            combination = self._combinations[old] | {number}
            new = self._known.get(combination)
            if new is None:
                new = self._known[combination] = len(self._combinations)
                self._combinations.append(combination)
            self._joined[old, number] = new
        return new
