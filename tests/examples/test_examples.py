"""Every example beside a schema is judged as it says (S0-7, S0-8, S0-25, S0-26, S0-37)."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from assay.pipeline.core.document import Json
from assay.pipeline.policy.bundle import Bundle

SCHEMAS = Path(__file__).parents[2] / "schemas"
VALID = sorted(SCHEMAS.glob("*/examples/valid/*.json"))
INVALID = sorted(SCHEMAS.glob("*/examples/invalid/*.json"))

AGE = (["schema.version_outdated@/schema_version"], ["schema.field_deprecated@/schema_version"])
Judge = Callable[[str, Json], list[str]]


def name(path: Path) -> str:
    return f"{path.parts[-4]}/{path.stem}"


@pytest.mark.parametrize("path", VALID, ids=name)
def test_a_valid_example_has_nothing_wrong(path: Path, judge: Judge) -> None:
    assert judge(path.parts[-4], json.loads(path.read_bytes())) == []


@pytest.mark.parametrize("path", INVALID, ids=name)
def test_an_invalid_example_has_exactly_what_it_says(path: Path, judge: Judge) -> None:
    example = json.loads(path.read_bytes())
    assert set(example) == {"expect", "trace"}
    assert example["expect"]
    assert judge(path.parts[-4], example["trace"]) == sorted(example["expect"])


def test_every_subject_has_both_kinds_and_every_version_one_with_nothing_else_wrong(shipped: Bundle) -> None:
    """S0-24, S0-31: of a version that is not the current one, that alone is said."""
    for subject in shipped.subjects.values():
        folder = SCHEMAS / subject.name / "examples"
        valid = [json.loads(path.read_bytes()) for path in (folder / "valid").glob("*.json")]
        invalid = [json.loads(path.read_bytes()) for path in (folder / "invalid").glob("*.json")]
        assert invalid
        assert {d.get("schema_version", subject.current_version) for d in valid} == {subject.current_version}
        only_old = [example["trace"]["schema_version"] for example in invalid if example["expect"] in AGE]
        assert {*only_old} == {*subject.schemas} - {subject.current_version}


def test_together_they_show_every_code_of_the_schema_family() -> None:
    shown = {
        expected.partition("@")[0] for path in INVALID for expected in json.loads(path.read_bytes())["expect"]
    }
    assert shown >= {
        "schema.required_missing",
        "schema.type_invalid",
        "schema.format_inconsistent",
        "schema.mismatch_minor",
        "schema.subject_unknown",
        "schema.version_unknown",
        "schema.version_outdated",
        "schema.field_deprecated",
        "schema.optional_missing",
    }
