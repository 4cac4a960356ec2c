"""What the security detector says of a document."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from assay.agents.policy_files import read_policy_files
from assay.pipeline.core.document import Json
from assay.pipeline.core.issue import Finding
from assay.pipeline.core.trace import Trace
from assay.pipeline.detect.security import SecurityDetector
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.parse import load_bundle
from assay.pipeline.policy.security_rules import SecurityRules

Find = Callable[..., list[Finding]]


@pytest.fixture(scope="session")
def shipped() -> Bundle:
    return load_bundle(read_policy_files(None, None))


@pytest.fixture(scope="session")
def find(shipped: Bundle) -> Find:
    """The findings on the ``inputs`` of a workflow trace of tenant 1001, by the shipped policy or by ``rules``."""
    usual = SecurityDetector(shipped)

    def found(inputs: Json, *, rules: SecurityRules | None = None, ascii_only: bool = False) -> list[Finding]:
        detector = usual
        if rules is not None:
            detector = SecurityDetector(replace(shipped, rules=replace(shipped.rules, security=rules)))
        return judged(detector, {"context": {"tenant_id": 1001}, "inputs": inputs}, ascii_only=ascii_only)

    return found


def judged(
    detector: SecurityDetector, document: Json, *, tenant: str = "1001", ascii_only: bool = False
) -> list[Finding]:
    value = json.dumps(document, ensure_ascii=ascii_only).encode()
    return [*detector.detect(Trace(document, value, "workflow_trace", "1.2.0", tenant, 0, 0))]


@pytest.fixture(scope="session")
def judge() -> Callable[..., list[Finding]]:
    """The same for a whole document, a detector and a tenant."""
    return judged
