"""A rule with something wrong in it is refused before any trace meets it, all of it at once, with file, place and remedy (D-21)."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from assay.agents.policy_files import read_policy_files
from assay.pipeline.core.errors import ConfigError, Problem
from assay.pipeline.policy.lint import lint
from assay.pipeline.policy.parse import load_bundle

from .conftest import RULE, with_rules

Refused = Callable[..., Sequence[Problem]]
STEPS = [{"do": "remove", "path": "/tags"}]


@pytest.fixture
def refused(files: dict[str, bytes]) -> Refused:
    def problems(**keys: Any) -> Sequence[Problem]:
        with pytest.raises(ConfigError) as caught:
            load_bundle(with_rules(files, fill={"steps": STEPS, **keys}))
        return caught.value.problems

    return problems


def steps(*listed: dict[str, Any], **parameters: Any) -> dict[str, Any]:
    return {"steps": [*listed], **({"parameters": parameters} if parameters else {})}


WRONG: dict[str, tuple[dict[str, Any], str, str, str]] = {
    # what is wrong: keys of the rule, place, why, remedy
    "an unknown key": ({"colour": 1}, "colour", "is not a key", "Use one of"),
    "a name that is not the file's": ({"name": "full"}, "name", "not the name of its file", "Rename"),
    "no version": ({"version": None}, "version", "not an integer", "Choose"),
    "an unknown code": ({"codes": ["schema.requird_missing"]}, "codes[0]", "is no issue code", "Did you mean schema.required_missing"),
    "no code": ({"codes": []}, "codes", "names no issue code", "Write it as"),
    "a code twice": ({"codes": ["time.naive", "time.naive"]}, "codes[1]", "named twice", "once"),
    "security that is repaired automatically (D-10)": ({"codes": ["security.tenant_mismatch"]}, "codes[0]", "security is never repaired automatically", "auto_remediable: false"),
    "compliance that is repaired automatically (D-10)": ({"codes": ["compliance.audit_gap"]}, "codes[0]", "compliance is never", "auto_remediable: false"),
    "what nobody could read": ({"codes": ["corrupt.depth"]}, "codes[0]", "nobody could judge", "a person"),
    "what no detector could judge": ({"codes": ["detector.failed"], "auto_remediable": False}, "codes[0]", "nobody could judge", "a person"),
    "a rate that is none": ({"success_rate": 95}, "success_rate", "is not a number from 0 to 1", "Choose"),
    "no word on who may apply it": ({"auto_remediable": "yes"}, "auto_remediable", "is not true or false", "Write true or false"),
    "nobody who stands behind it": ({"provenance": {"owner": "x"}}, "provenance.owner", "is not a text", "Write it"),
    "an order out of range": ({"order": 1001}, "order", "is not an integer", "from 0 to 1000"),
    "a place that is no pointer": ({"paths": ["tags"]}, "paths", "does not match", "Correct"),
    "no step": ({"steps": []}, "steps", "says nothing to do", "at least one"),
    "an unknown step": (steps({"do": "delete", "path": "/tags"}), "steps[0].do", "'delete' is no step", "one of add"),
    "a key of another step": (steps({"do": "remove", "path": "/tags", "value": 1}), "steps[0].value", "means nothing to remove", "Use path"),
    "the whole trace as a place": (steps({"do": "remove", "path": ""}), "steps[0].path", "is no place", "/member/member"),
    "a place with a wrong escape": (steps({"do": "remove", "path": "/a~2"}), "steps[0].path", "is no place", "/member/member"),
    "nothing to add": (steps({"do": "add", "path": "/tags"}), "steps[0].value", "give one of the two", "with: tenant"),
    "something unknown to add": (steps({"do": "add", "path": "/tags", "with": "luck"}), "steps[0].with", "is not one of its words", "tenant"),
    "a type that is none": (steps({"do": "cast", "to": "date"}), "steps[0].to", "is not one of its words", "integer"),
    "a move of many places": (steps({"do": "move", "from": "/steps/*/name", "to": "/tags"}), "steps[0].from", "many places", "one place"),
    "an upgrade that asks for the issue": (steps({"do": "upgrade", "from": "1.0.0", "to": "1.1.0", "steps": [{"do": "remove", "path": "@"}]}), "steps[0].steps[0].path", "where an issue is", "whole trace"),
    "a step of issues inside an upgrade": (steps({"do": "upgrade", "from": "1.0.0", "to": "1.1.0", "steps": [{"do": "default"}]}), "steps[0].steps[0].do", "is no step", "Use one of"),
    "trimming nothing": (steps({"do": "identifier"}), "steps[0].trim", "says nothing to do", "strip"),
    "a step without its parameters": (steps({"do": "default"}), "parameters.field_defaults", "is missing", "needs it"),
    "parameters without their step": ({"parameters": {"zones": {"a": "+01:00"}}}, "parameters.zones", "is read by no step", "Add the step"),
    "a default at no pointer": (steps({"do": "default"}, field_defaults={"tags": 1}), "parameters.field_defaults.tags", "is not a JSON Pointer", "/member"),
    "a range from high to low": (steps({"do": "clamp"}, ranges={"/a": {"low": 2, "high": 1, "slack": 0}}), "parameters.ranges./a.low", "is more than high", "Swap"),
    "a range without slack": (steps({"do": "clamp"}, ranges={"/a": {"low": 1, "high": 2}}), "parameters.ranges./a.slack", "is missing", "Choose"),
    "a zone by name": (steps({"do": "time"}, zones={"a": "CET"}), "parameters.zones.a", "is no offset", "'+02:00'"),
    "a unit that is none": (steps({"do": "time"}, units={"/started_at": "minutes"}), "parameters.units./started_at", "is no unit", "ms"),
    "an alias that is no table": (steps({"do": "alias"}, aliases={"/status": "x"}), "parameters.aliases./status", "is not a mapping", "what came"),
    "an unknown test": ({"conditions": [{"test": "like", "path": "/a"}]}, "conditions[0].test", "'like' is no test", "Use one of"),
    "a pattern that RE2 refuses": ({"conditions": [{"test": "regex", "path": "/a", "regex": "(?=a)"}]}, "conditions[0].regex", "RE2 refuses", "look-around"),
    "a test with the key of another": ({"conditions": [{"test": "exists", "path": "/a", "equals": 1}]}, "conditions[0].equals", "belongs to another test", "Use exists"),
    "a test of no value": ({"conditions": [{"test": "value", "path": "/a"}]}, "conditions[0].equals", "no value to compare", "one_of"),
    "a default tenant (DESIGN 9)": (steps({"do": "default"}, field_defaults={"/context/tenant_id": 1}), "steps", "/context/tenant_id says whose", "Leave it alone"),
    "a context with a tenant in it": (steps({"do": "replace", "path": "/context", "value": {}}), "steps", "/context says whose", "Leave it alone"),
    "an integer that no trace can have": (steps({"do": "add", "path": "/tags", "value": 2**64}), "steps[0].value", "more than 64 bits", "as text"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_with_a_rule_is_named_with_a_remedy(refused: Refused, what: str) -> None:
    keys, place, why, remedy = WRONG[what]
    found = refused(**keys)
    assert [problem.where.partition(": ")[2] for problem in found][:1] == [place], [str(one) for one in found]
    assert found[0].where.startswith("remediation_rules/fill.yaml:")
    assert why in found[0].why
    assert remedy in found[0].remedy


def test_everything_is_said_at_once(refused: Refused) -> None:
    assert len(refused(version=0, codes=["x"], steps=[{"do": "fly"}], subject=7, success_rate=2)) == 5


def test_two_rules_of_one_name_are_refused(files: dict[str, bytes]) -> None:
    both = with_rules(files, fill={"steps": STEPS})
    both["remediation_rules/fill.json"] = b'{"name": "fill"}'
    with pytest.raises(ConfigError, match="is missing"):
        load_bundle(both)
    both["remediation_rules/fill.json"] = json.dumps({"name": "fill", **RULE, "steps": STEPS}).encode()
    with pytest.raises(ConfigError, match=r"fill is the rule of remediation_rules/fill.json already"):
        load_bundle(both)


LINTS: dict[str, tuple[dict[str, Any], str]] = {
    "a subject that there is not": ({"subject": "order", "steps": STEPS}, "is unreachable: there is no subject order"),
    "a member that no schema has": (steps({"do": "add", "path": "/labels", "value": []}), "writes /labels, which no schema"),
    "a member of a step": (steps({"do": "add", "path": "/steps/*/label", "value": 1}), "writes /steps/*/label, which no"),
    "a new name": (steps({"do": "rename", "path": "/id", "name": "ident"}), "writes /ident, which no schema"),
    "an upgrade that the subject does not declare": (
        steps({"do": "upgrade", "from": "1.0.0", "to": "1.2.0", "steps": []}), "upgrades from 1.0.0 to 1.2.0, which workflow_trace"
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", LINTS)
def test_what_can_never_work_is_an_error_of_the_lint(files: dict[str, bytes], what: str) -> None:
    keys, why = LINTS[what]
    _, notes = lint({**with_rules(files, fill=keys)})
    found = [note for note in notes if note.file == "remediation_rules/fill.yaml"]
    assert [note.level.value for note in found] == ["error"]
    assert why in found[0].why


def test_an_upgrade_that_no_rule_does_is_an_error_of_the_lint(files: dict[str, bytes]) -> None:
    _, notes = lint(with_rules(files))
    assert [(note.place, note.line) for note in notes] == [("upgrades[0].rule", 7), ("upgrades[1].rule", 8)]


def test_where_a_schema_is_open_anything_may_be_written(files: dict[str, bytes]) -> None:
    keys = steps(
        {"do": "add", "path": "/outputs/label", "value": 1}, {"do": "add", "path": "/metrics/x", "value": 1}
    )
    _, notes = lint({**with_rules(files, fill=keys)})
    assert [note for note in notes if note.file == "remediation_rules/fill.yaml"] == []


def test_what_ships_is_sound() -> None:
    _, notes = lint(read_policy_files(None, None))
    assert notes == []
