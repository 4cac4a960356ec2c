"""``assay rules list``, ``test`` and ``preview`` as the author of a rule uses them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from assay.agents.cli.main import cli
from assay.pipeline.core.errors import UnsupportedRemediationRuleError
from assay.pipeline.testing import changed, clean_trace

RULE = {
    "name": "fill",
    "version": 3,
    "order": 7,
    "subject": "workflow_trace",
    "codes": ["schema.required_missing"],
    "steps": [{"do": "default"}],
    "parameters": {"field_defaults": {"/trace_type": "workflow_trace"}},
    "auto_remediable": True,
    "success_rate": 0.98,
    "provenance": {"owner": "nobody", "reason": "a test"},
}
BEFORE = {key: value for key, value in clean_trace().items() if key != "trace_type"}
CASE = {
    "subject": "workflow_trace",
    "before": BEFORE,
    "issues": ["schema.required_missing@/trace_type"],
    "after": clean_trace(),
}
Write = Callable[[str, Any], Path]


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, ["rules", *map(str, arguments)], catch_exceptions=False)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Rules of its own in a directory, and schemas and policies that ship."""

    def written(path: str, document: Any) -> Path:
        file = tmp_path / "remediation_rules" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(yaml.safe_dump(document))
        return tmp_path

    written("fill.yaml", RULE)
    return written


def test_the_list_is_in_the_order_in_which_the_rules_work(write: Write) -> None:
    """D-11, S0-130."""
    directory = write("early.yaml", {**RULE, "name": "early", "order": 1, "auto_remediable": False})
    listed = json.loads(run("list", directory, "--json").stdout)["rules"]
    assert [(one["rule"], one["version"], one["auto_remediable"]) for one in listed] == [
        ("early", 3, False),
        ("fill", 3, True),
    ]
    lines = run("list", directory).stdout.splitlines()
    assert [line.split()[:4] for line in lines if "@3" in line] == [
        ["1", "early@3", "workflow_trace", "proposes"],
        ["7", "fill@3", "workflow_trace", "by"],
    ]


def test_the_rules_that_ship_are_the_four_and_more() -> None:
    """S0-131 … S0-134."""
    names = {one["rule"]: one["auto_remediable"] for one in json.loads(run("list", "--json").stdout)["rules"]}
    assert names["missing_required_fields"]
    assert names["invalid_data_types"]
    assert names["schema_version_mismatch"]
    assert not names["tenant_isolation_violation"]
    assert len(names) >= 10


@pytest.mark.parametrize("place", ["cases/fill/one.yaml", "fill/cases/one.yaml"])
def test_a_case_that_is_as_it_says_passes(write: Write, place: str) -> None:
    result = run("test", write(place, CASE))
    assert (result.exit_code, result.stdout) == (0, "1 rules, 1 cases, 0 not as they say.\n")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"issues": ["schema.required_missing@/trace_id"]}, "before has the issues schema.required_missing@/trace_type"),
        ({"after": changed(clean_trace(), {"/tags": ["other"]})}, "is not what after says at /tags"),
        ({"before": changed(BEFORE, {"/trace_id": 7}), "issues": ["schema.required_missing@/trace_type", "schema.type_invalid@/trace_id"]}, "still has schema.type_invalid@/trace_id"),
        ({"subject": "ghost"}, "ghost is no subject"),
        ({"before": changed(BEFORE, {"/tags": None}), "after": clean_trace()}, "is not what after says at /tags"),
    ],
)  # fmt: skip
def test_a_case_that_is_not_is_named(write: Write, change: dict[str, Any], why: str) -> None:
    result = run("test", write("cases/fill/odd.yaml", {**CASE, **change}))
    assert result.exit_code == 1
    assert f"remediation_rules/cases/fill/odd.yaml: {why}" in result.stdout


def test_a_case_without_an_after_must_be_left_alone(write: Write) -> None:
    case = {key: value for key, value in CASE.items() if key != "after"}
    result = run("test", write("cases/fill/alone.yaml", case), "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["wrong"] == [
        {
            "file": "remediation_rules/cases/fill/alone.yaml",
            "why": "is changed at /trace_type, /remediation, and has no after",
        }
    ]
    other = changed(clean_trace(), {"/trace_id": 7})
    write(
        "cases/fill/alone.yaml",
        {"subject": "workflow_trace", "before": other, "issues": ["schema.type_invalid@/trace_id"]},
    )
    assert run("test", write("fill.yaml", RULE)).exit_code == 0


def test_a_rule_without_a_case_and_a_case_without_a_rule_are_told(write: Write) -> None:
    directory = write("cases/full/one.yaml", CASE)
    result = run("test", directory)
    assert "cases/full/one.yaml: there is no rule full" in result.stdout
    assert "no case for rule fill" in result.stderr
    write("cases/full/one.yaml", {"before": {}})
    assert "cases/full/one.yaml: is not a case" in run("test", directory).stdout


@pytest.fixture
def traces(tmp_path: Path) -> Path:
    """One that passes, one that a shipped rule repairs, one that none does, one that cannot be read."""
    documents = [
        clean_trace(),
        changed(clean_trace(), {"/context/tenant_id": "42"}),
        changed(clean_trace(), {"/trace_id": [1]}),
    ]
    file = tmp_path / "traces.jsonl"
    file.write_text("\n".join([*map(json.dumps, documents), "{"]))
    return file


def test_a_preview_shows_patch_verdict_and_end(traces: Path) -> None:
    result = run("preview", traces)
    assert result.exit_code == 1
    repaired = result.stdout[result.stdout.index(":2:") : result.stdout.index(":3:")]
    assert '{"op":"replace","path":"/context/tenant_id","value":42}' in repaired
    assert "afterwards: nothing wrong" in repaired
    assert "would be remediated: repaired" in repaired
    found = json.loads(run("preview", traces, "--json").stdout)["records"]
    assert [(one["outcome"], one["reason"]) for one in found] == [
        ("valid", "passed"),
        ("remediated", "repaired"),
        ("quarantined", "no_rule_applies"),
        ("dead_lettered", "unreadable"),
    ]
    assert found[1]["inverse"][-1] == {"op": "replace", "path": "/context/tenant_id", "value": "42"}


def test_all_traces_that_pass_or_would_be_repaired_are_fine(tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text(json.dumps(changed(clean_trace(), {"/status": "COMPLETED"})))
    assert run("preview", tmp_path / "one.json", "--raw").exit_code == 0
    assert run("preview", tmp_path / "one.json", "--raw", "--rule", "invalid_data_types").exit_code == 1


def test_a_proposal_is_made_only_when_it_is_asked_for(tmp_path: Path) -> None:
    """S0-134, D-10."""
    (tmp_path / "one.jsonl").write_text(json.dumps(changed(clean_trace(), {"/outputs/tenant_id": 77})))
    assert "security_or_compliance" in run("preview", tmp_path / "one.jsonl").stdout
    assert (
        "tenant_isolation_violation@1: applied" in run("preview", tmp_path / "one.jsonl", "--propose").stdout
    )


def test_an_unknown_rule_is_an_error(traces: Path) -> None:
    """S0-135."""
    with pytest.raises(UnsupportedRemediationRuleError):
        run("preview", traces, "--rule", "ghost")
