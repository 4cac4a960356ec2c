"""The compliance detector on a good trace with changes, by the shipped settings or by others."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from assay.pipeline.core.issue import Finding
from assay.pipeline.core.trace import Trace
from assay.pipeline.detect.compliance import ComplianceDetector
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.compliance_rules import parse_compliance
from assay.pipeline.policy.documents import read_yaml
from assay.pipeline.testing import changed, clean_trace

FULL = clean_trace()

Detect = Callable[..., ComplianceDetector]
Find = Callable[..., list[Finding]]


def as_trace(document: Any, version: str = "1.2.0", subject: str = "workflow_trace") -> Trace:
    return Trace(document, b"", subject, version, "none", 0, 0)


@pytest.fixture(scope="session")
def detector(shipped: Bundle) -> Detect:
    """The detector; ``settings`` is YAML for the subject ``workflow_trace``, in place of what ships."""

    def built(settings: str | None = None, most: int = 200) -> ComplianceDetector:
        bundle = replace(shipped, limits=replace(shipped.limits, max_issues=most))
        if settings is not None:
            document: Any = {"subjects": {"workflow_trace": read_yaml(settings.encode())}}
            problems: list[Any] = []
            rules = parse_compliance("compliance.yaml", document, shipped.subjects, problems)
            assert problems == []
            bundle = replace(bundle, rules=replace(shipped.rules, compliance=rules))
        return ComplianceDetector(bundle)

    return built


@pytest.fixture(scope="session")
def find(detector: Detect) -> Find:
    """What the detector says of the good trace after changes."""

    def found(
        changes: Mapping[str, Any], settings: str | None = None, version: str = "1.2.0", most: int = 200
    ) -> list[Finding]:
        return [*detector(settings, most).detect(as_trace(changed(FULL, changes), version))]

    return found
