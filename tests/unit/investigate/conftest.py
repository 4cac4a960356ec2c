"""Traces, facts and states of the story that these tests tell."""

from typing import Any

import pytest

from assay.agents.policy_files import load_policies
from assay.agents.settings import load_settings
from assay.pipeline.policy.bundle import Bundle


@pytest.fixture(scope="session")
def bundle() -> Bundle:
    return load_policies(load_settings())


@pytest.fixture(scope="session")
def workflow(bundle: Bundle) -> Any:
    return bundle.subjects["workflow_trace"]
