"""What the pytest fixture ``assay_gate`` gives to a producer's tests."""

from collections.abc import Collection
from typing import Any, Self

import pytest

from assay.pipeline.core.issue import Severity
from assay.pipeline.gate import GateResult, Publishable
from assay.pipeline.policy.bundle import Bundle

from .config import GateConfig
from .quality_gate import TraceQualityGate

UNHURRIED = GateConfig(closed_from=Severity.LOW, step_budget_ms=10_000, total_budget_ms=60_000)
"""A test fails for what a trace holds, and never for a busy machine."""


class AssayGate:
    """Call it with a trace, bytes or a document, for the ``GateResult``; or say what is expected of it.

    All take the arguments of :meth:`TraceQualityGate.check` besides.
    """

    def __init__(self, gate: TraceQualityGate) -> None:
        self.gate = gate

    @classmethod
    def of(cls, bundle: Bundle) -> Self:
        """For a bundle."""
        return cls(TraceQualityGate(config=UNHURRIED, bundle=bundle))

    def __call__(self, trace: Publishable, **meant: Any) -> GateResult:
        """Judge one trace."""
        return self.gate.check(trace, **meant)

    def assert_passes(
        self, trace: Publishable, *, warnings: Collection[str] | None = None, **meant: Any
    ) -> None:
        """Fails with every issue when the trace does not pass; and, where ``warnings`` are given, for other codes than those."""
        __tracebackhide__ = True
        result = self(trace, **meant)
        if not result.passed:
            pytest.fail(_told("the trace does not pass the gate", result), pytrace=False)
        found = sorted({issue.code.value for issue in result.warnings})
        if warnings is not None and found != sorted(set(warnings)):
            expected = ", ".join(sorted(set(warnings))) or "none"
            what = f"expected the warnings {expected}; found {', '.join(found) or 'none'}"
            pytest.fail(_told(what, result), pytrace=False)

    def assert_refused(self, trace: Publishable, *codes: str, **meant: Any) -> None:
        """Fails when the trace passes, or when one of the codes is not among those that block it."""
        __tracebackhide__ = True
        result = self(trace, **meant)
        if result.passed:
            pytest.fail(_told("the trace passes the gate", result), pytrace=False)
        if missing := sorted(set(codes) - {issue.code.value for issue in result.blocking}):
            pytest.fail(_told(f"it is not refused for {', '.join(missing)}", result), pytrace=False)


def _told(what: str, result: GateResult) -> str:
    """The issues' own words, which hold no value, and what to do."""
    issues = [f"  {issue.message}" for issue in result.issues]
    return "\n".join([what, *issues, *(f"  {each.advice}: {each.text}" for each in result.recommendations)])
