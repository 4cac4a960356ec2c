"""The business detector on a good trace with changes, by the shipped settings or by others."""

from collections.abc import Callable

import pytest

from assay.pipeline.detect.business import BusinessDetector
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.business_rules import parse_business

from ..conftest import Find, finder, with_settings

Detect = Callable[..., BusinessDetector]


@pytest.fixture(scope="session")
def detector(shipped: Bundle) -> Detect:
    """The detector; ``settings`` is YAML for the subject ``workflow_trace``, in place of what ships."""

    def built(settings: str | None = None, most: int = 200) -> BusinessDetector:
        return BusinessDetector(with_settings(shipped, "business", parse_business, settings, most))

    return built


@pytest.fixture(scope="session")
def find(detector: Detect) -> Find:
    """What the detector says of the good trace after changes."""
    return finder(detector)
