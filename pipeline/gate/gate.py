"""The gate itself: a verdict in, a decision and advice out."""

from collections.abc import Callable, Collection

from ..core.codes import IssueCode
from ..core.issue import Issue, Severity
from ..core.record import Record
from ..core.verdict import Verdict
from ..policy.bundle import Bundle
from .decision import GateDecision, GateMode
from .recommend import recommendations
from .result import GateResult
from .steps import ALL_STEPS, severity_of_step

Judging = Callable[[Record, int], Verdict]
"""Record and time in nanoseconds → verdict: a :class:`~assay.pipeline.flow.Judge` of the point ``gate``."""


class Gate:
    """Decides on one trace after another. Built once per bundle; deterministic in (bytes, bundle, time).

    ``judge`` is that of the same bundle. ``closed_from`` says what is done about a step that could not judge:
    when it could have found a blocking issue of this severity or a worse one, the trace is refused; otherwise it
    passes. ``None``: it always passes, and the stream judges it again. The default refuses always, as the stream does.
    """

    def __init__(
        self, bundle: Bundle, judge: Judging, *, closed_from: Severity | None = Severity.LOW
    ) -> None:
        self._bundle = bundle
        self._judge = judge
        self._closed_from = closed_from
        self._severities = {step: severity_of_step(bundle, step) for step in (ALL_STEPS, *_steps())}

    def __call__(self, record: Record, now_ns: int, mode: GateMode = GateMode.ENFORCE) -> GateResult:
        """Judge and decide. Raises ``KeyError`` for a topic that no binding declares."""
        if mode is GateMode.OFF:
            return self.skipped(GateDecision.SKIPPED_OFF, mode)
        return self.decide(self._judge(record, now_ns), mode)

    def decide(self, verdict: Verdict, mode: GateMode, unjudged: Collection[str] = ()) -> GateResult:
        """The decision on a verdict; ``unjudged`` names the steps that it was made without."""
        blocking = tuple(issue for issue in verdict.issues if issue.blocking)
        warnings = tuple(issue for issue in verdict.issues if not issue.blocking)
        failed = [issue for issue in blocking if issue.code is IssueCode.DETECTOR_FAILED]
        without = tuple(dict.fromkeys((*unjudged, *(issue.detector for issue in failed))))
        return GateResult(
            self._decision(blocking, warnings, without, mode, certain=len(failed) < len(blocking)),
            mode,
            self._bundle.short_id,
            verdict.tenant,
            verdict.subject,
            verdict.schema_version,
            verdict.identity.trace_id,
            blocking,
            warnings,
            recommendations(verdict.issues, self._bundle, verdict.subject),
            without,
            verdict.audited,
        )

    def skipped(self, decision: GateDecision, mode: GateMode) -> GateResult:
        """The result for a trace that was not to be judged."""
        return GateResult(decision, mode, self._bundle.short_id)

    def without_verdict(self, mode: GateMode) -> GateResult:
        """The decision on a trace that nothing at all is known of: the gate itself failed or had no time."""
        decision = self._decision((), (), (ALL_STEPS,), mode, certain=False)
        return GateResult(decision, mode, self._bundle.short_id, unjudged=(ALL_STEPS,))

    def _decision(
        self,
        blocking: tuple[Issue, ...],
        warnings: tuple[Issue, ...],
        unjudged: tuple[str, ...],
        mode: GateMode,
        *,
        certain: bool,
    ) -> GateDecision:
        if blocking and certain:
            return GateDecision.REFUSED if mode is GateMode.ENFORCE else GateDecision.LET_THROUGH
        if unjudged:
            if any(self._is_closed_for(step) for step in unjudged):
                return GateDecision.REFUSED_UNJUDGED if mode is GateMode.ENFORCE else GateDecision.LET_THROUGH
            return GateDecision.PASSED_UNJUDGED
        return GateDecision.PASSED_WITH_WARNINGS if warnings else GateDecision.PASSED

    def _is_closed_for(self, step: str) -> bool:
        if self._closed_from is None:
            return False
        # A step that no family is named after could find anything.
        severity = self._severities.get(step, self._severities[ALL_STEPS])
        return severity is not None and severity.rank >= self._closed_from.rank


def _steps() -> set[str]:
    return {code.partition(".")[0] for code in IssueCode}
