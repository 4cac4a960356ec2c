"""What a gate did to the traces of a producer: counts, and a few examples. Its memory does not grow with traffic."""

import threading
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assay.pipeline.core.clock import rfc3339
from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.document import Json
from assay.pipeline.core.issue import Issue
from assay.pipeline.gate import GateDecision, GateResult

_TOLD = frozenset({GateDecision.REFUSED, GateDecision.REFUSED_UNJUDGED, GateDecision.LET_THROUGH})


@dataclass(frozen=True, slots=True)
class Example:
    """One trace that was refused or let through."""

    at_ns: int
    decision: GateDecision
    topic: str
    trace_id: str
    """``none`` where it cannot be said."""
    codes: tuple[IssueCode, ...]
    path: str
    """Of the first blocking issue."""


@dataclass(frozen=True, slots=True)
class ClientReport:
    """Counts of traces since ``since_ns``. Holds no value of any trace (promise 4)."""

    since_ns: int
    until_ns: int
    bundle: str
    decisions: Mapping[GateDecision, int]
    """Every decision, also those that were never made."""
    codes: Mapping[tuple[GateDecision, IssueCode], int]
    """Traces by what became of them and by what they had, each code once a trace."""
    audited: Mapping[IssueCode, int]
    """Traces with what is only counted at the gate."""
    unjudged: Mapping[str, int]
    """Traces by step that failed or had no time."""
    slow: Mapping[str, int]
    """How often a step took longer than its budget."""
    examples: Sequence[Example]
    """The last ones that were refused or let through."""

    @property
    def refused(self) -> int:
        """Traces that did not pass."""
        return sum(count for decision, count in self.decisions.items() if not decision.passed)

    def document(self) -> dict[str, Json]:
        """As JSON."""
        rows: list[Json] = [
            {"decision": decision.value, "code": code.value, "traces": count}
            for (decision, code), count in sorted(self.codes.items())
        ]
        return {
            "since": rfc3339(self.since_ns),
            "until": rfc3339(self.until_ns),
            "bundle": self.bundle,
            "decisions": {decision.value: count for decision, count in self.decisions.items()},
            "codes": rows,
            "audited": {code.value: count for code, count in sorted(self.audited.items())},
            "unjudged": dict(sorted(self.unjudged.items())),
            "slow_steps": dict(sorted(self.slow.items())),
            "examples": [_example(each) for each in self.examples],
        }


class Counting:
    """Counts for one gate, from any thread."""

    def __init__(self, most_examples: int, now_ns: int) -> None:
        self._lock = threading.Lock()
        self._most_examples = most_examples
        self._clear(now_ns)

    def _clear(self, now_ns: int) -> None:
        self._since_ns = now_ns
        self._decisions: Counter[GateDecision] = Counter()
        self._codes: Counter[tuple[GateDecision, IssueCode]] = Counter()
        self._audited: Counter[IssueCode] = Counter()
        self._unjudged: Counter[str] = Counter()
        self._slow: Counter[str] = Counter()
        self._examples: deque[Example] = deque(maxlen=self._most_examples)

    def slow(self, step: str) -> None:
        """A step took longer than its budget."""
        with self._lock:
            self._slow[step] += 1

    def count(self, result: GateResult, topic: str, now_ns: int) -> Sequence[IssueCode]:
        """One trace; gives the codes that block it and that were not seen with this decision before."""
        decision = result.decision
        blocking = _codes(result.blocking)
        with self._lock:
            self._decisions[decision] += 1
            if not (result.blocking or result.warnings or result.audited or result.unjudged):
                return ()
            new = [code for code in blocking if (decision, code) not in self._codes]
            self._codes.update((decision, code) for code in _codes(result.issues))
            self._audited.update(_codes(result.audited))
            self._unjudged.update(result.unjudged)
            if decision in _TOLD:
                path = result.blocking[0].path if result.blocking else ""
                example = Example(now_ns, decision, topic, result.trace_id, tuple(blocking), path)
                self._examples.append(example)
        return new

    def report(self, bundle: str, now_ns: int, *, reset: bool) -> ClientReport:
        """What was counted until now."""
        with self._lock:
            report = ClientReport(
                self._since_ns,
                now_ns,
                bundle,
                {decision: self._decisions[decision] for decision in GateDecision},
                dict(self._codes),
                dict(self._audited),
                dict(self._unjudged),
                dict(self._slow),
                tuple(self._examples),
            )
            if reset:
                self._clear(now_ns)
        return report


def _codes(issues: Sequence[Issue]) -> list[IssueCode]:
    return list(dict.fromkeys(issue.code for issue in issues))


def _example(each: Example) -> Json:
    return {
        "at": rfc3339(each.at_ns),
        "decision": each.decision.value,
        "topic": each.topic,
        "trace_id": each.trace_id,
        "codes": [code.value for code in each.codes],
        "path": each.path,
    }
