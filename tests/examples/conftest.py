"""The shipped policy, and a judge of documents by all detectors."""

from collections.abc import Callable
from typing import NamedTuple

import orjson
import pytest

from assay.agents.policy_files import read_policy_files
from assay.pipeline.core.document import MISSING, Json, lookup
from assay.pipeline.core.headers import SUBJECT
from assay.pipeline.core.issue import Finding
from assay.pipeline.core.trace import Trace
from assay.pipeline.detect import build_detectors
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.parse import load_bundle
from assay.pipeline.policy.select import select


class Unframed(NamedTuple):
    """A value without an Avro frame."""

    subject: None = None
    schema_version: None = None


@pytest.fixture(scope="session")
def shipped() -> Bundle:
    return load_bundle(read_policy_files(None, None))


@pytest.fixture(scope="session")
def judge(shipped: Bundle) -> Callable[[str, Json], list[str]]:
    """``code@path`` of everything wrong with a document of a subject; a header says the subject if it does not."""
    binding = shipped.bindings["traces.raw"]
    detectors = build_detectors(shipped)

    def judged(subject: str, document: Json) -> list[str]:
        tokens = shipped.subjects[subject].pointers.trace_type
        named = tokens is not None and lookup(document, tokens) is not MISSING
        headers = [] if named or subject == binding.default_subject else [(SUBJECT, subject.encode())]
        selected = select(shipped, binding, headers, document, Unframed())
        if isinstance(selected, Finding):
            return [f"{selected.code}@{selected.path}"]
        assert selected.subject.name == subject
        trace = Trace(document, orjson.dumps(document), subject, selected.version, "none", 0, 0)
        return sorted(
            f"{finding.code}@{finding.path}" for detector in detectors for finding in detector.detect(trace)
        )

    return judged
