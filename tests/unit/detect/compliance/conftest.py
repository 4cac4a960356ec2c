"""The compliance detector on a good trace with changes, by the shipped settings or by others."""

from collections.abc import Callable

import pytest

from assay.pipeline.detect.compliance import ComplianceDetector
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.compliance_rules import parse_compliance

from ..conftest import Find, finder, with_settings

Detect = Callable[..., ComplianceDetector]


@pytest.fixture(scope="session")
def detector(shipped: Bundle) -> Detect:
    """The detector; ``settings`` is YAML for the subject ``workflow_trace``, in place of what ships."""

    def built(settings: str | None = None, most: int = 200) -> ComplianceDetector:
        return ComplianceDetector(with_settings(shipped, "compliance", parse_compliance, settings, most))

    return built


@pytest.fixture(scope="session")
def find(detector: Detect) -> Find:
    """What the detector says of the good trace after changes."""
    return finder(detector)
