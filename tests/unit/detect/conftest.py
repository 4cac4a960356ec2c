"""The shipped policy, and detectors for schemas and settings of a test's own."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from assay.agents.policy_files import read_policy_files
from assay.pipeline.core.document import Json
from assay.pipeline.core.errors import Problem
from assay.pipeline.core.issue import Finding
from assay.pipeline.core.trace import Trace
from assay.pipeline.detect.detector import Detector
from assay.pipeline.detect.schema import SchemaDetector
from assay.pipeline.policy.any_subject import any_subject
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.documents import read_yaml
from assay.pipeline.policy.json_schema import schema_problems
from assay.pipeline.policy.parse import load_bundle
from assay.pipeline.policy.subject import Subject
from assay.pipeline.testing import changed, clean_trace

FULL = clean_trace()

Find = Callable[..., list[Finding]]
Parse = Callable[[str, Json, Mapping[str, Subject], list[Problem]], object]


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


def with_settings(shipped: Bundle, detector: str, parse: Parse, settings: str | None, most: int) -> Bundle:
    """The shipped bundle with ``settings``, YAML for the subject ``workflow_trace``, in place of what the detector has."""
    bundle = replace(shipped, limits=replace(shipped.limits, max_issues=most))
    if settings is None:
        return bundle
    problems: list[Problem] = []
    document: Json = {"subjects": {"workflow_trace": read_yaml(settings.encode())}}
    own: Any = {detector: parse(f"{detector}.yaml", document, shipped.subjects, problems)}
    assert problems == []
    return replace(bundle, rules=replace(shipped.rules, **own))


def as_trace(document: Any, version: str = "1.2.0", subject: str = "workflow_trace") -> Trace:
    return Trace(document, b"", subject, version, "none", 0, 0)


def finder(detector: Callable[[str | None, int], Detector]) -> Find:
    """What a detector, made for settings and a most of findings, says of the good trace after changes."""

    def found(
        changes: Mapping[str, Any], settings: str | None = None, version: str = "1.2.0", most: int = 200
    ) -> list[Finding]:
        return [*detector(settings, most).detect(as_trace(changed(FULL, changes), version))]

    return found


def changed_where_it_can_be(document: Any, changes: Iterable[tuple[str, Any]]) -> Any:
    """The document after those of the changes, one after the other, that have a place in it."""
    for place, value in changes:
        try:
            document = changed(document, {place: value})
        except (LookupError, TypeError, ValueError):
            continue  # an earlier change took away what this one is in
    return document
