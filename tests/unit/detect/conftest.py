"""The shipped policy, and detectors for schemas of a test's own."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from assay.agents.policy_files import read_policy_files
from assay.pipeline.core.document import Json
from assay.pipeline.core.issue import Finding
from assay.pipeline.core.trace import Trace
from assay.pipeline.detect.schema import SchemaDetector
from assay.pipeline.policy.any_subject import any_subject
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.json_schema import schema_problems
from assay.pipeline.policy.parse import load_bundle

Find = Callable[..., list[Finding]]


@pytest.fixture(scope="session")
def shipped() -> Bundle:
    return load_bundle(read_policy_files(None, None))


@pytest.fixture(scope="session")
def find(shipped: Bundle) -> Find:
    """The findings of the schema detector on a document, by a schema that policy would let in."""

    def found(schema: Json, document: Json, most: int = 200) -> list[Finding]:
        assert schema_problems(schema) == []
        subject = replace(any_subject(), name="own", schemas={"1.0.0": schema}, decode_only=False)
        bundle = replace(shipped, subjects={"own": subject}, limits=replace(shipped.limits, max_issues=most))
        trace = Trace(document, b"", "own", "1.0.0", "none", 0, 0)
        return [*SchemaDetector(bundle).detect(trace)]

    return found
