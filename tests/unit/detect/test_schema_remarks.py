"""What a trace is told that breaks no schema: old versions, deprecated fields, fields that readers miss (S0-24, S0-31)."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.agents.policy_files import read_policy_files
from assay.pipeline.core.codes import IssueCode
from assay.pipeline.core.document import Json
from assay.pipeline.core.issue import Finding
from assay.pipeline.core.trace import Trace
from assay.pipeline.detect.schema import SchemaDetector
from assay.pipeline.policy.any_subject import any_subject
from assay.pipeline.policy.classification import Mode
from assay.pipeline.policy.parse import load_bundle
from assay.pipeline.policy.subject import Pointers, Subject

SHIPPED = load_bundle(read_policy_files(None, None))
OUTDATED, DEPRECATED = "schema.version_outdated", "schema.field_deprecated"
MISSING = "schema.optional_missing"

GONE: Json = {"deprecated": True, "description": "Use region."}
OPEN: Json = {
    "properties": {"who": {"properties": {"name": {}, "team": {}}}, "region": {}, "note": {"type": "string"}}
}


def own(schemas: Mapping[str, Json], current: str = "2.0.0", **parts: Any) -> Subject:
    pointers = Pointers(schema_version=("version",))
    return replace(
        any_subject(),
        name="own",
        schemas=schemas,
        current_version=current,
        pointers=pointers,
        decode_only=False,
        **parts,
    )


def findings(
    subject: Subject,
    document: Json,
    version: str = "2.0.0",
    most: int = 200,
    strict: Sequence[IssueCode] = (),
) -> list[Finding]:
    classification = {
        code: replace(policy, mode=Mode.STRICT) if code in strict else policy
        for code, policy in SHIPPED.classification.items()
    }
    bundle = replace(
        SHIPPED,
        subjects={"own": subject},
        limits=replace(SHIPPED.limits, max_issues=most),
        classification=classification,
    )
    trace = Trace(document, json.dumps(document).encode(), "own", version, "none", 0, 0)
    return [*SchemaDetector(bundle).detect(trace)]


def said(*args: Any, **kwargs: Any) -> list[str]:
    return [f"{found.code.value}@{found.path}" for found in findings(*args, **kwargs)]


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("2.0.0", []),
        ("1.9.0", [f"{OUTDATED}@/version"]),
        ("1.10.0", [f"{OUTDATED}@/version"]),
        ("1.0.0", [f"{DEPRECATED}@/version"]),
        ("2.0.1", []),
        ("10.0.0", []),
    ],
)
def test_a_version_before_the_current_one_is_outdated_or_deprecated(
    version: str, expected: list[str]
) -> None:
    """A later one is not: it is on its way to be current. Versions are numbers, not words."""
    schemas = dict.fromkeys(["1.0.0", "1.9.0", "1.10.0", "2.0.0", "2.0.1", "10.0.0"], OPEN)
    subject = own(schemas, deprecated_versions=frozenset({"1.0.0"}))
    assert said(subject, {"version": version}, version) == expected


def test_the_rule_names_the_old_version_and_the_current_one_is_expected() -> None:
    [found] = findings(own({"1.0.0": OPEN, "2.0.0": OPEN}), {"version": "1.0.0"}, "1.0.0")
    assert (found.rule, found.expected, found.actual_masked) == ("own@1.0.0", "version 2.0.0", "string(5)")


DEPRECATIONS: Mapping[str, tuple[Json, Json, list[str]]] = {
    "used": ({"properties": {"zone": GONE}}, {"zone": 1}, ["/zone"]),
    "not used": ({"properties": {"zone": GONE}}, {"region": 1}, []),
    "null, as Avro writes what is not there": ({"properties": {"zone": GONE}}, {"zone": None}, []),
    "false is a use": ({"properties": {"zone": GONE}}, {"zone": False}, ["/zone"]),
    "not deprecated any more": ({"properties": {"zone": {"deprecated": False}}}, {"zone": 1}, []),
    "inside": ({"properties": {"who": {"properties": {"zone": GONE}}}}, {"who": {"zone": 1}}, ["/who/zone"]),
    "the first of many": (
        {"properties": {"steps": {"items": {"properties": {"zone": GONE}}}}},
        {"steps": [{}, 3, {"zone": None}, {"zone": 1}, {"zone": 2}]},
        ["/steps/3/zone"],
    ),
    "an element itself": ({"properties": {"old": {"items": GONE}}}, {"old": [None, 1]}, ["/old/1"]),
    "behind a reference": (
        {"properties": {"who": {"$ref": "#/$defs/who"}}, "$defs": {"who": {"properties": {"zone": GONE}}}},
        {"who": {"zone": 1}},
        ["/who/zone"],
    ),
    "where all of several apply": ({"allOf": [{"properties": {"zone": GONE}}]}, {"zone": 1}, ["/zone"]),
    "only in an alternative": ({"anyOf": [{"properties": {"zone": GONE}}, {}]}, {"zone": 1}, []),
    "two of them": ({"properties": {"zone": GONE, "note": GONE}}, {"zone": 1, "note": 2}, ["/zone", "/note"]),
    "in the shape of something else": (
        {"properties": {"who": {"properties": {"zone": GONE}}}},
        {"who": [1]},
        [],
    ),
    "no object": ({"properties": {"zone": GONE}}, [1], []),
    "everything": (GONE, {}, [""]),
}


@pytest.mark.parametrize(("schema", "document", "paths"), DEPRECATIONS.values(), ids=DEPRECATIONS)
def test_use_of_a_field_that_its_schema_marks_deprecated(
    schema: Json, document: Json, paths: list[str]
) -> None:
    """S0-31: the annotation of JSON Schema 2020-12; one finding a field, at its first use."""
    assert said(own({"2.0.0": schema}), document) == [f"{DEPRECATED}@{path}" for path in paths]


def test_the_schemas_own_words_say_what_to_use_instead() -> None:
    [found] = findings(own({"2.0.0": {"properties": {"zone": GONE}}}), {"zone": "secret"})
    assert (found.expected, found.actual_masked, found.keyword) == ("Use region.", "present", "deprecated")


EXPECTED = (("who", "name"), ("region",))
ABSENCES: Mapping[str, tuple[Json, list[str]]] = {
    "both there": ({"who": {"name": "x"}, "region": "eu"}, []),
    "empty is there": ({"who": {"name": ""}, "region": 0}, []),
    "one missing": ({"who": {"name": "x"}}, ["/region"]),
    "one missing inside": ({"who": {}, "region": "eu"}, ["/who/name"]),
    "missing with what is around it": ({"region": "eu"}, ["/who/name"]),
    "null": ({"who": {"name": None}, "region": None}, ["/who/name", "/region"]),
    "null around it": ({"who": None, "region": "eu"}, ["/who/name"]),
    "something else around it": ({"who": ["x"], "region": "eu"}, []),
    "nothing": ({}, ["/who/name", "/region"]),
}


@pytest.mark.parametrize(("document", "paths"), ABSENCES.values(), ids=ABSENCES)
def test_an_optional_field_that_readers_miss(document: Json, paths: list[str]) -> None:
    """S0-24."""
    subject = own({"2.0.0": OPEN}, expected=EXPECTED)
    assert said(subject, document) == [f"{MISSING}@{path}" for path in paths]


def test_an_older_version_is_not_asked_for_what_it_cannot_have() -> None:
    older: Json = {"properties": {"region": {}}}
    subject = own({"1.0.0": older, "2.0.0": OPEN}, expected=EXPECTED)
    assert said(subject, {}, "1.0.0") == [f"{OUTDATED}@/version", f"{MISSING}@/region"]


def test_what_is_wrong_already_is_not_missed_as_well() -> None:
    schema: Json = {
        "type": "object",
        "required": ["region"],
        "properties": {"who": {"type": "object", "properties": {"name": {}}}, "region": {}},
    }
    subject = own({"2.0.0": schema}, expected=EXPECTED)
    assert said(subject, {"who": None}) == ["schema.required_missing@/region", "schema.type_invalid@/who"]
    assert said(subject, {"who": {}}) == ["schema.required_missing@/region", f"{MISSING}@/who/name"]
    assert said(subject, [1]) == ["schema.type_invalid@"]


def test_remarks_are_made_on_traces_that_are_wrong_in_other_ways_too() -> None:
    """S0-47: all issues, not the first."""
    schema: Json = {"properties": {"note": {"type": "string"}, "zone": GONE, "region": {}}}
    subject = own({"1.0.0": schema, "2.0.0": schema}, expected=(("region",),))
    assert said(subject, {"note": 1, "zone": 2}, "1.0.0") == [
        "schema.type_invalid@/note",
        f"{OUTDATED}@/version",
        f"{MISSING}@/region",
        f"{DEPRECATED}@/zone",
    ]


def test_when_there_is_no_room_what_blocks_is_kept() -> None:
    schema: Json = {"properties": {"names": {"items": {"minLength": 3}}}}
    subject = own({"1.0.0": schema, "2.0.0": schema})
    document: Json = {"names": ["x"] * 9}
    mild = said(subject, document, "1.0.0", most=4)
    assert mild == [f"schema.mismatch_minor@/names/{index}" for index in range(4)]
    strict = said(subject, document, "1.0.0", most=4, strict=[IssueCode.SCHEMA_VERSION_OUTDATED])
    assert f"{OUTDATED}@/version" in strict
    assert len(strict) == 4


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["who", "name", "zone", "steps", "region", "x"]), inner, max_size=4)
    ),
    max_leaves=15,
)


@pytest.fixture(scope="module")
def remark() -> Callable[[Json], list[Finding]]:
    schema: Json = {
        "properties": {
            "zone": GONE,
            "who": {"properties": {"name": {}, "zone": GONE}},
            "steps": {"items": {"properties": {"zone": GONE}}},
            "region": {},
        }
    }
    subject = own({"2.0.0": schema}, expected=EXPECTED)
    bundle = replace(SHIPPED, subjects={"own": subject})
    detector = SchemaDetector(bundle)
    return lambda document: [*detector.detect(Trace(document, b"", "own", "2.0.0", "none", 0, 0))]


@given(document=JSON)
def test_whatever_stands_in_a_trace_it_is_remarked_on(
    remark: Callable[[Json], list[Finding]], document: Json
) -> None:
    """D-15: never an exception, nothing twice, no more than there are fields."""
    found = remark(document)
    assert len({*found}) == len(found) <= len(EXPECTED) + 3
