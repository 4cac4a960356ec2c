"""``assay validate`` as a person or a CI job uses it."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from assay.agents.cli.validate import validate
from assay.pipeline.core.codes import IssueCode
from assay.pipeline.generate import generate

NOW_NS = 1_790_000_000_000_000_000
SECRET = "canary-5551-value"


def load(count: int, faults: float, *codes: IssueCode) -> list[bytes]:
    mix = dict.fromkeys(codes, 1.0) or None
    items = generate(1, count, tenants=2, fault_share=faults, mix=mix, now_ns=NOW_NS)
    return [item.value or b"" for item in items]


def run(*arguments: str | Path, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(validate, [str(argument) for argument in arguments], input=stdin)


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    path = tmp_path / "clean.jsonl"
    path.write_bytes(b"\n".join(load(5, 0)))
    return path


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    path = tmp_path / "faulty.jsonl"
    values = (
        load(2, 0)
        + load(3, 1, IssueCode.CORRUPT_JSON_MALFORMED)
        + load(2, 1, IssueCode.SCHEMA_MISMATCH_MINOR)
    )
    path.write_bytes(b"\n".join(values))
    return path


def report_of(result: Result) -> Any:
    return json.loads(result.stdout)


def test_clean_traces_pass(clean: Path) -> None:
    result = run(clean)
    assert result.exit_code == 0
    assert "5 records: 0 invalid, 5 valid" in result.output


def test_strict_fails_when_something_blocks(faulty: Path) -> None:
    """D-23, S1-22."""
    assert run(faulty).exit_code == 1


def test_warn_says_the_same_and_passes(faulty: Path) -> None:
    """D-23, S1-23."""
    strict, warn = run(faulty), run("--mode", "warn", faulty)
    assert warn.exit_code == 0
    assert warn.output == strict.output


def test_each_record_that_would_not_pass_gets_a_line(faulty: Path) -> None:
    lines = run(faulty).stdout.splitlines()
    assert [line.split(" ")[:2] for line in lines if line.startswith(f"{faulty}:")] == [
        [f"{faulty}:{number}:", "corrupt.json_malformed"] for number in (3, 4, 5)
    ]


def test_the_table_counts_codes_with_the_first_place(faulty: Path) -> None:
    output = run(faulty).stdout
    row = next(line for line in output.splitlines() if line.split()[:1] == ["schema.mismatch_minor"])
    assert row.split()[1:5] == ["medium", "no", "2", f"{faulty}:6"]


def test_the_report_lists_every_record(faulty: Path, tmp_path: Path) -> None:
    """S1-16: a report that a CI job can keep and read."""
    run("--report", tmp_path / "report.json", faulty)
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["summary"] == {
        "records": 7,
        "by_outcome": {"valid": 4, "invalid": 3},
        "by_code": {"corrupt.json_malformed": 3, "schema.mismatch_minor": 2},
    }
    assert [(result["line"], result["outcome"], result["severity"]) for result in report["results"]] == [
        (1, "valid", None),
        (2, "valid", None),
        (3, "invalid", "critical"),
        (4, "invalid", "critical"),
        (5, "invalid", "critical"),
        (6, "valid", "medium"),
        (7, "valid", "medium"),
    ]
    assert set(report["results"][2]["issues"][0]) == {
        "code",
        "category",
        "severity",
        "blocking",
        "path",
        "message",
        "expected",
        "actual_masked",
    }


def test_json_prints_the_report_and_nothing_else(faulty: Path, tmp_path: Path) -> None:
    result = run("--json", "--report", tmp_path / "report.json", faulty)
    assert result.exit_code == 1
    assert result.stdout == (tmp_path / "report.json").read_text()


def test_no_input_gives_an_empty_report() -> None:
    result = run("--json", "-", stdin=b"")
    assert result.exit_code == 0
    assert report_of(result)["results"] == []


def test_standard_input_is_a_file_named_dash() -> None:
    result = run("--json", "-", stdin=b"{}\n")
    assert result.exit_code == 1
    assert {(entry["file"], entry["line"]) for entry in report_of(result)["results"]} == {("-", 1)}


def test_raw_takes_a_file_as_one_record(tmp_path: Path) -> None:
    pretty = tmp_path / "trace.json"
    pretty.write_text(json.dumps(json.loads(load(1, 0)[0]), indent=2))
    assert run(pretty).exit_code == 1
    assert "--raw" in run(pretty).stderr
    result = run("--raw", "--json", pretty)
    assert result.exit_code == 0
    assert [(entry["file"], entry["line"]) for entry in report_of(result)["results"]] == [(str(pretty), None)]


def test_any_judges_only_whether_it_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "any.jsonl"
    path.write_bytes(b'{"anything":[1,2]}\n[]\n"text"\n{"a":1,"a":2}\n')
    result = run("--subject", "any", "--json", path)
    assert [entry["outcome"] for entry in report_of(result)["results"]] == [
        "valid",
        "valid",
        "valid",
        "invalid",
    ]
    assert report_of(result)["summary"]["by_code"] == {"corrupt.duplicate_key": 1}


def test_a_subject_is_taken_whatever_the_record_says(clean: Path) -> None:
    result = run("--subject", "agent_run", "--json", clean)
    assert report_of(result)["summary"]["by_outcome"] == {"valid": 0, "invalid": 5}


def test_a_line_of_a_megabyte_is_judged(tmp_path: Path) -> None:
    path = tmp_path / "big.jsonl"
    path.write_bytes(b'{"a":"' + b"x" * 3_000_000 + b'"}\n{}\n')
    result = run("--json", path)
    assert [entry["issues"][0]["code"] for entry in report_of(result)["results"]] == [
        "corrupt.too_large",
        "schema.required_missing",
    ]


def test_no_value_of_a_trace_is_printed_or_reported(tmp_path: Path) -> None:
    """Promise 4: a value planted wherever a fault can touch it is in no output."""
    trace = json.loads(load(1, 0)[0])
    planted = [
        {**trace, "status": SECRET},
        {**trace, "trust_score": SECRET},
        {**trace, "started_at": SECRET},
        {**trace, "trace_type": SECRET},
        {**trace, "schema_version": SECRET},
        {**trace, "metrics": {SECRET: SECRET}},
        {**trace, "context": {"tenant_id": SECRET}},
    ]
    path = tmp_path / "planted.jsonl"
    path.write_text(
        "\n".join([*map(json.dumps, planted), f'{{"{SECRET}":', f'{{"{SECRET}":1,"{SECRET}":2}}'])
    )
    human, machine = run(path), run("--json", "--report", tmp_path / "out.json", path)
    assert report_of(machine)["summary"]["records"] == 9
    assert all(entry["issues"] for entry in report_of(machine)["results"])
    for text in (human.output, machine.output, (tmp_path / "out.json").read_text()):
        assert SECRET not in text


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nowhere.jsonl"], "no such file or directory: 'nowhere.jsonl'"),
        ([], "Missing argument"),
        (["--mode", "loud", "-"], "'loud' is not one of"),
        (["--report", "no/such/folder/report.json", "-"], "cannot write"),
        (["--no-such-option", "-"], "No such option"),
    ],
)
def test_wrong_use_is_said_and_exits_with_2(arguments: list[str], says: str) -> None:
    result = run(*arguments, stdin=b"")
    assert result.exit_code == 2
    assert says in result.output


def test_an_unknown_subject_names_the_known_ones() -> None:
    result = run("--subject", "nosuch", "-", stdin=b"")
    assert "Use one of: agent_run, any, cloudtrail_event, workflow_trace" in str(result.exception)
