"""Gates by the policies that ship, and by policies with a change."""

from collections.abc import Callable
from typing import Any

import pytest

from assay.agents.policy_files import read_policy_files
from assay.pipeline.core.issue import Severity
from assay.pipeline.flow import Judge
from assay.pipeline.gate import Gate, GateMode, GateResult, Publishable, record_of
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.classification import EnforcementPoint
from assay.pipeline.policy.parse import load_bundle
from assay.pipeline.testing import clean_trace

NOW_NS = 1_741_079_705_000_000_000
TOPIC = "traces.raw"

MakeGate = Callable[..., Gate]
Ask = Callable[..., GateResult]


@pytest.fixture(scope="session")
def files() -> dict[str, bytes]:
    """The policies that ship."""
    return read_policy_files(None, None)


@pytest.fixture(scope="session")
def bundle(files: dict[str, bytes]) -> Bundle:
    return load_bundle(files)


def gate_of(bundle: Bundle, closed_from: Severity | None = Severity.LOW, detectors: Any = None) -> Gate:
    """A gate with the stream's detectors, or with these."""
    judge = Judge(bundle, detectors, point=EnforcementPoint.GATE)
    return Gate(bundle, judge, closed_from=closed_from)


@pytest.fixture(scope="session")
def gate(bundle: Bundle) -> Gate:
    return gate_of(bundle)


@pytest.fixture
def ask(gate: Gate) -> Ask:
    """What the gate that ships says of a trace, or another one of it."""

    def ask(trace: Publishable, mode: GateMode = GateMode.ENFORCE, at: Gate = gate) -> GateResult:
        return at(record_of(trace, TOPIC, NOW_NS), NOW_NS, mode)

    return ask


@pytest.fixture
def good() -> dict[str, Any]:
    """A trace with nothing wrong; tests may change it."""
    return clean_trace()
