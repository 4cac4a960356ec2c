"""The fast validator and the reference one agree: on valid, and on every code and path (S0-37)."""

import copy
import json
import re
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema.exceptions import ValidationError

from assay.agents.policy_files import read_policy_files
from assay.pipeline.core.document import Json, format_pointer
from assay.pipeline.core.trace import Trace
from assay.pipeline.detect.schema import SchemaDetector
from assay.pipeline.policy.parse import load_bundle
from assay.pipeline.policy.subschemas import declared_names

SCHEMAS = Path(__file__).parents[3] / "schemas"
BUNDLE = load_bundle(read_policy_files(None, None))
DETECTOR = SchemaDetector(BUNDLE)
CODES = {
    "required": "schema.required_missing",
    "type": "schema.type_invalid",
    "enum": "schema.type_invalid",
    "const": "schema.type_invalid",
    "format": "schema.format_inconsistent",
}
FORMATS = jsonschema.FormatChecker()
DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)


@FORMATS.checks("date-time")
def is_date_time(value: object) -> bool:
    """RFC 3339 by other means than the validator under test."""
    if not isinstance(value, str):
        return True
    if not DATE_TIME.fullmatch(value):
        return False
    try:
        datetime.strptime(value[:19], "%Y-%m-%dT%H:%M:%S")  # noqa: DTZ007 - only whether the day exists
    except ValueError:
        return False
    return True


@cache
def oracle(subject: str, version: str) -> jsonschema.Draft202012Validator:
    schema: Any = BUNDLE.subjects[subject].schemas[version]
    return jsonschema.Draft202012Validator(schema, format_checker=FORMATS)


def by_oracle(subject: str, version: str, document: Json) -> set[str]:
    names = declared_names(BUNDLE.subjects[subject].schemas[version])
    return {
        found for error in oracle(subject, version).iter_errors(document) for found in coded(error, names)
    }


def coded(error: ValidationError, names: frozenset[str]) -> Iterator[str]:
    rule: Any = error.validator_value
    instance: Any = error.instance
    path = [token if isinstance(token, int) or token in names else "*" for token in error.absolute_path]
    if error.validator == "required":
        yield from (
            f"schema.required_missing@{format_pointer([*path, name])}"
            for name in rule
            if name not in instance
        )
    else:
        yield f"{CODES.get(str(error.validator), 'schema.mismatch_minor')}@{format_pointer(path)}"


REMARKS = {"schema.version_outdated", "schema.field_deprecated", "schema.optional_missing"}
"""What a trace is told that breaks no schema: test_schema_remarks.py."""
NAMES = {"time.naive": "schema.format_inconsistent"}
"""What the detector calls more precisely than the oracle can."""


def by_detector(subject: str, version: str, document: Json) -> set[str]:
    findings = DETECTOR.detect(Trace(document, b"", subject, version, "none", 0, 0))
    return {
        f"{NAMES.get(finding.code, finding.code)}@{finding.path}"
        for finding in findings
        if finding.code not in REMARKS
    }


def examples() -> Iterator[tuple[str, str, Json]]:
    """Subject, version and document of every example on disk."""
    for path in sorted(SCHEMAS.glob("*/examples/*/*.json")):
        subject = BUNDLE.subjects[path.parts[-4]]
        content = json.loads(path.read_bytes())
        document = content["trace"] if path.parts[-2] == "invalid" else content
        version = document.get("schema_version") if isinstance(document, dict) else ""
        yield subject.name, str(version) if version in subject.schemas else subject.current_version, document


EXAMPLES = [*examples()]


@pytest.mark.parametrize(("subject", "version", "document"), EXAMPLES)
def test_both_agree_on_every_example(subject: str, version: str, document: Json) -> None:
    assert by_detector(subject, version, document) == by_oracle(subject, version, document)


def places(document: Json, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The path of every value but the document itself."""
    items: list[tuple[str | int, Json]] = []
    if isinstance(document, dict):
        items = [*document.items()]
    elif isinstance(document, list):
        items = [*enumerate(document)]
    for token, value in items:
        yield (*path, token)
        yield from places(value, (*path, token))


# Not empty: the fast validator leaves empty names out of its paths.
member_names = st.text(min_size=1, max_size=4)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=6)
    | st.sampled_from(
        [
            "completed",
            "2025-03-04T09:15:00Z",
            "2025-03-04T09:15:00",
            "2025-02-30T00:00:00Z",
            "10.0.0.1",
            "10.0.0.01",
        ]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(member_names, inner, max_size=3),
    max_leaves=5,
)


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, str, Json]:
    """An example with one to four things deleted, replaced, nested or added."""
    subject, version, original = draw(st.sampled_from(EXAMPLES))
    document: Any = copy.deepcopy(original)
    for _ in range(draw(st.integers(1, 4))):
        paths = [*places(document)]
        if not paths:
            return subject, version, draw(values)
        *way, last = draw(st.sampled_from(paths))
        parent = document
        for token in way:
            parent = parent[token]
        match draw(st.sampled_from(["delete", "replace", "nest", "add"])):
            case "delete":
                del parent[last]
            case "replace":
                parent[last] = draw(values)
            case "nest":
                parent[last] = draw(st.sampled_from([[parent[last]], {"nested": parent[last]}]))
            case _ if isinstance(parent, dict):
                parent[draw(member_names | st.sampled_from(["tags", "audit", "metrics"]))] = draw(values)
            case _:
                parent.append(draw(values))
    return subject, version, document


@given(damaged())
def test_both_agree_on_damaged_examples(example: tuple[str, str, Json]) -> None:
    subject, version, document = example
    expected = by_oracle(subject, version, document)
    assert by_detector(subject, version, document) == expected
    assert (not expected) == oracle(subject, version).is_valid(document)
