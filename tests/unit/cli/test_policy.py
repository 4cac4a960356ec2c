"""``assay policy show``, ``diff`` and ``test`` as an owner of policies uses them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from assay.agents.cli.main import cli
from assay.pipeline.core.codes import IssueCode
from assay.pipeline.policy.shown import SECTIONS

SUBJECT = """\
subject: order
trace_types: [order]
current: 1.0.0
pointers: {trace_type: /type, schema_version: /version}
"""
SCHEMA = """{"type": "object", "required": ["id"], "properties": {"type": true, "version": true, "id": {"type": "string"}}}"""
BINDINGS = "bindings: [{topic: traces.raw, tenant: null, default_subject: order, subjects: [order]}]\n"

RULE = (
    "{name: fill, version: 1, subject: order, codes: [schema.type_invalid], steps: [{do: cast}], "
    "auto_remediable: true, success_rate: 1, provenance: {owner: nobody, reason: a test}}"
)

Write = Callable[[str, str], Path]


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, ["policy", *map(str, arguments)], catch_exceptions=False)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """A bundle with one subject, and writing further files into it: path and text; gives its directory."""

    def written(path: str, text: str) -> Path:
        (tmp_path / "a" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "a" / path).write_text(text)
        return tmp_path / "a"

    written("schemas/order/subject.yaml", SUBJECT)
    written("schemas/order/1.0.0.json", SCHEMA)
    written("policies/bindings.yaml", BINDINGS)
    (tmp_path / "a/remediation_rules").mkdir()
    return written


@pytest.fixture
def other(tmp_path: Path, write: Write) -> Write:
    """A second one, the same until something is written into it."""
    for file in [*(tmp_path / "a").rglob("*.*")]:
        copy = tmp_path / "b" / file.relative_to(tmp_path / "a")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file.read_bytes())
    (tmp_path / "b/remediation_rules").mkdir()

    def written(path: str, text: str) -> Path:
        (tmp_path / "b" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "b" / path).write_text(text)
        return tmp_path / "b"

    return written


def document(result: Result) -> Any:
    return json.loads(result.stdout)


def test_show_gives_the_whole_bundle_as_json() -> None:
    shown = document(run("show", "--json"))
    assert set(shown) == {"id", *SECTIONS}
    assert set(shown["classification"]) == {code.value for code in IssueCode}
    assert shown["classification"]["corrupt.empty"]["mode"] == dict.fromkeys(
        ("gate", "stream", "replay", "ci"), "strict"
    )
    assert set(shown["rules"]) == {"security", "compliance", "business", "performance", "time"}
    assert shown["subjects"]["workflow_trace"]["pointers"]["tenant"] == "/context/tenant_id"


@pytest.mark.parametrize("section", SECTIONS)
def test_show_gives_one_section(section: str) -> None:
    assert set(document(run("show", section, "--json"))) == {"id", section}
    text = run("show", section).stdout
    assert text.startswith("bundle ")
    assert len(text.splitlines()) > 2


def test_show_says_what_the_bundle_of_a_directory_changes(write: Write) -> None:
    directory = write(
        "policies/classification.yaml", "codes: {time.stale: {severity: high, at: {gate: off}}}"
    )
    lines = run("show", "classification", "--dir", directory).stdout.splitlines()
    (row,) = [line.split() for line in lines if line.split()[:1] == ["time.stale"]]
    assert row == ["time.stale", "high", "schema", "off", "warn", "warn", "warn"]


def test_a_section_that_there_is_not_is_wrong_usage() -> None:
    assert run("show", "colours").exit_code == 2


def test_bundles_that_judge_alike_do_not_differ(write: Write, other: Write) -> None:
    directory = other("policies/limits.yaml", "# as it is anyway\n")
    result = run(
        "diff",
        write("policies/limits.yaml", "max_depth: 64"),
        other("policies/limits.yaml", "max_depth: 64 # so"),
    )
    assert (result.exit_code, result.stdout.splitlines()[1:]) == (0, ["Nothing changes."])
    assert directory.is_dir()


@pytest.mark.parametrize(
    ("path", "text", "words"),
    [
        ("policies/limits.yaml", "max_depth: 32", "limits: max_depth: 32, was 64"),
        ("policies/classification.yaml", "codes: {time.stale: {severity: high}}", "classification: time.stale.severity: severity high, was medium"),
        ("policies/classification.yaml", "codes: {time.stale: {mode: off}}", "classification: time.stale.mode: mode off, was warn"),
        ("policies/classification.yaml", "codes: {time.stale: {at: {gate: off}}}", "classification: time.stale.mode.gate: mode off at gate, was warn"),
        ("policies/teams.yaml", "teams: {schema: security_team}", "teams: schema: security_team, was platform_engineering"),
        ("policies/bindings.yaml", BINDINGS.replace("null", "acme"), "bindings: traces.raw.tenant: acme, was none"),
        ("policies/bindings.yaml", BINDINGS.replace("topic: traces.raw,", "topic: traces.raw.x,"), "bindings: traces.raw: is gone"),
        ("schemas/order/subject.yaml", SUBJECT.replace("[order]", "[order, item]"), "subjects: order.trace_types: with item"),
        ("schemas/order/subject.yaml", SUBJECT.replace("[order]", "[item]"), "subjects: order.trace_types: with item and without order"),
        ("schemas/order/1.0.0.json", SCHEMA.replace('"string"', '"integer"'), "subjects: order.versions.1.0.0: the schema changes at /properties/id/type"),
        ("schemas/order/1.0.0.json", "{}", "subjects: order.versions.1.0.0: the schema changes at /type, /required, /properties"),
        ("schemas/order/2.0.0.json", SCHEMA, "subjects: order.versions.2.0.0: is new"),
        ("remediation_rules/fill.yaml", RULE, "remediation_rules: fill: is new"),
    ],
)  # fmt: skip
def test_a_change_is_said_in_words(write: Write, other: Write, path: str, text: str, words: str) -> None:
    before, after = write("policies/bindings.yaml", BINDINGS), other(path, text)
    result = run("diff", before, after)
    assert result.exit_code == 1
    assert any(line.startswith(words) for line in result.stdout.splitlines()), result.stdout
    found = document(run("diff", before, after, "--json"))
    assert found["before"] != found["after"]
    assert found["changes"]


def example(directory: str, name: str, content: Any) -> tuple[str, str]:
    return f"schemas/order/examples/{directory}/{name}.json", json.dumps(content)


VALID = {"type": "order", "id": "1"}
MISSING = {"expect": ["schema.required_missing@/id"], "trace": {"type": "order"}}


def test_examples_that_are_as_they_say_pass(write: Write) -> None:
    """Default subject, another version's issue, and a code of the selection."""
    write(*example("valid", "one", VALID))
    write(*example("valid", "without-type", {"id": "1"}))
    write(*example("invalid", "missing", MISSING))
    directory = write(
        *example(
            "invalid",
            "version",
            {"expect": ["schema.version_unknown@/version"], "trace": {"version": "9.0.0"}},
        )
    )
    result = run("test", directory)
    assert (result.exit_code, result.stdout) == (0, "4 examples, 0 of them not as they say.\n")


@pytest.mark.parametrize(
    ("kind", "content", "words"),
    [
        ("valid", {"type": "order", "id": 1}, "also has schema.type_invalid@/id"),
        ("invalid", {**MISSING, "trace": VALID}, "misses schema.required_missing@/id"),
        (
            "invalid",
            {**MISSING, "expect": ["schema.type_invalid@/id"]},
            "misses schema.type_invalid@/id; also has",
        ),
        ("invalid", VALID, "is not {"),
        ("invalid", {**MISSING, "expect": []}, "is not {"),
        ("invalid", {**MISSING, "expect": ["schema.requird_missing@/id"]}, "is no code@path"),
        ("invalid", {**MISSING, "expect": [7]}, "is no code@path"),
        ("invalid", {**MISSING, "received": "yesterday"}, "received is no time"),
        ("valid", float("nan"), "NaN is not JSON"),
    ],
)
def test_an_example_that_is_not_as_it_says_is_named(
    write: Write, kind: str, content: Any, words: str
) -> None:
    directory = write(*example(kind, "odd", content))
    result = run("test", directory)
    assert result.exit_code == 1
    assert result.stdout.startswith(f"schemas/order/examples/{kind}/odd.json: ")
    assert words in result.stdout
    (wrong,) = document(run("test", directory, "--json"))["wrong"]
    assert wrong["file"].endswith("odd.json")


def test_what_is_off_at_a_point_is_not_expected_there(write: Write) -> None:
    write(
        "policies/classification.yaml", "codes: {schema.required_missing: {at: {stream: off, gate: audit}}}"
    )
    directory = write(*example("invalid", "missing", MISSING))
    assert run("test", directory).exit_code == 0
    assert run("test", directory, "--point", "gate").exit_code == 0
    result = run("test", directory, "--point", "stream", "--json")
    assert (result.exit_code, document(result)["wrong"]) == (0, [])


def test_a_trace_that_is_received_too_late_is_stale(write: Write) -> None:
    """S4-60: time matters only to an example that says when it came."""
    write("schemas/order/subject.yaml", SUBJECT.replace("{trace_type", "{time: /at, trace_type"))
    write("policies/time.yaml", "subjects: {order: {stale_after_s: 60}}")
    trace = {**VALID, "at": "2020-01-01T00:00:00Z"}
    write(*example("valid", "old", trace))
    late = {"expect": ["time.stale@/at"], "trace": trace, "received": "2020-01-01T01:00:00Z"}
    assert run("test", write(*example("invalid", "late", late))).exit_code == 0


@pytest.mark.parametrize("place", ["cases/fill/one.yaml", "fill/cases/one.yaml"])
def test_a_case_of_a_rule_is_wrong_before_and_right_after(write: Write, place: str) -> None:
    case = {
        "subject": "order",
        "before": {"type": "order"},
        "issues": ["schema.required_missing@/id"],
        "after": VALID,
    }
    directory = write(f"remediation_rules/{place}", json.dumps(case))
    assert run("test", directory).stdout == "2 examples, 0 of them not as they say.\n"
    write(f"remediation_rules/{place}", json.dumps({**case, "after": {"type": "order"}}))
    assert run("test", directory).stdout.startswith(
        f"remediation_rules/{place}: after: also has schema.required_missing"
    )
    write(f"remediation_rules/{place}", json.dumps({**case, "subject": "ghost"}))
    assert "ghost is no subject" in run("test", directory).stdout
    write(f"remediation_rules/{place}", "before: {}")
    assert "is not a case" in run("test", directory).stdout


def test_a_directory_that_cannot_be_loaded_says_all_that_is_wrong(write: Write) -> None:
    directory = write("policies/limits.yaml", "max_depth: 0\nmax_issues: 0")
    for arguments in (("test", directory), ("show", "--dir", directory), ("diff", directory, directory)):
        with pytest.raises(Exception, match=r"limits.yaml:1: max_depth: (.|\n)*limits.yaml:2: max_issues: "):
            run(*arguments)
