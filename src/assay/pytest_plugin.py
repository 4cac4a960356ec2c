"""The pytest fixture ``assay_gate``: a producer's tests judge what it makes as the stream is going to (S0-169).

Every run of pytest beside an installed Assay loads this module, so what judges is imported only when a test asks.
"""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from assay.pipeline.policy.bundle import Bundle
    from assay.sdk.testing import AssayGate

__all__ = ["assay_bundle", "assay_gate", "pytest_addoption"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """One setting, in pytest's own configuration."""
    parser.addini(
        "assay_policies",
        type="string",
        default="",
        help="Directory with schemas/, policies/ and remediation_rules/ for the fixture assay_gate, as seen from the "
        "root directory; those that ship when it is not set.",
    )


@pytest.fixture(scope="session")
def assay_bundle(pytestconfig: pytest.Config) -> "Bundle":
    """The bundle of the setting ``assay_policies``; loaded once."""
    directory = pytestconfig.getini("assay_policies")
    found: Bundle = import_module("assay.sdk").load_policies(
        pytestconfig.rootpath / Path(directory) if directory else None
    )
    return found


@pytest.fixture
def assay_gate(assay_bundle: "Bundle") -> "AssayGate":
    """A gate for this test alone: it takes its time, and refuses what cannot be judged."""
    gate: AssayGate = import_module("assay.sdk.testing").AssayGate.of(assay_bundle)
    return gate
