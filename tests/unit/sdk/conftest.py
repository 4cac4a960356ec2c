"""A producer's gate, with a clock and a stopwatch that stand still unless a test moves them."""

from collections.abc import Callable
from typing import Any

import pytest

from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.testing import FakeClock, clean_trace
from assay.sdk import GateConfig, TraceQualityGate, load_policies

MakeGate = Callable[..., TraceQualityGate]


@pytest.fixture(scope="session")
def bundle() -> Bundle:
    return load_policies()


class Stopwatch:
    """Nanoseconds that pass at every look."""

    def __init__(self) -> None:
        self.each_ms = 0.0
        self._now_ns = 0

    def __call__(self) -> int:
        self._now_ns += round(self.each_ms * 1_000_000)
        return self._now_ns


@pytest.fixture
def stopwatch() -> Stopwatch:
    return Stopwatch()


@pytest.fixture
def make_gate(bundle: Bundle, stopwatch: Stopwatch) -> MakeGate:
    """A gate with settings of one's own."""

    def make(**settings: Any) -> TraceQualityGate:
        return TraceQualityGate(
            config=GateConfig(**settings), bundle=bundle, clock=FakeClock(), stopwatch_ns=stopwatch
        )

    return make


@pytest.fixture
def good() -> dict[str, Any]:
    return clean_trace()


@pytest.fixture
def bad() -> dict[str, Any]:
    """A trace with somebody's address in it."""
    trace = clean_trace()
    trace["inputs"]["note"] = "jane.doe@example.org"
    return trace
