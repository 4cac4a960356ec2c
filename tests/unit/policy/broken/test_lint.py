"""``assay policy lint`` as its user meets it."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from assay.agents.cli.policy_lint import lint
from assay.pipeline.core.errors import ConfigError

Change = Callable[[str, str | None, str | bytes | None], None]
RunLint = Callable[..., Result]
Notes = Callable[[], list[Mapping[str, Any]]]

CODES = "policies/classification.yaml"
ROW = "codes.security.pii_email"


def test_five_faults_in_five_files_are_named_in_one_run(change: Change, notes: Notes) -> None:
    """D-21: a person corrects all of them, not one after the other."""
    change("schemas/order/subject.yaml", "/tenant", "tenant")
    change("schemas/order/2.0.0.json", '"^20"', '"(?=20)"')
    change("policies/limits.yaml", "32", "0")
    change(CODES, "high", "hgh")
    change("remediation_rules/fill.yaml", "'^a'", "'^(?!a)'")
    assert [(note["level"], note["file"], note["line"], note["place"]) for note in notes()] == [
        ("error", CODES, 3, f"{ROW}.severity"),
        ("error", "policies/limits.yaml", 1, "max_depth"),
        ("error", "remediation_rules/fill.yaml", 4, "conditions[0].regex"),
        ("error", "schemas/order/2.0.0.json", 12, "/properties/day/pattern"),
        ("error", "schemas/order/subject.yaml", 8, "pointers.tenant"),
    ]


ALL = "severity: high\n    mode: warn\n    at:\n      gate: strict\n      replay: audit"
AT = "mode: warn\n    at:\n      gate: strict\n      replay: audit"
ORDER = "schemas/order/subject.yaml"
TWIN = """{"title": "an order", "type": "object"}"""


@pytest.mark.parametrize(
    ("path", "old", "new", "place", "why"),
    [
        (CODES, "gate: strict", "gate: warn", f"{ROW}.at.gate", "has no effect: warn is the mode anyway"),
        (
            CODES,
            "gate: strict",
            "gate: off\n      stream: off\n      ci: off",
            f"{ROW}.mode",
            "applies nowhere",
        ),
        (CODES, AT, "mode: off", f"{ROW}.severity", "off at every point"),
        (CODES, ALL, "mode: off", ROW, "is critical, and off"),
        (CODES, ALL, "severity: critical", ROW, "changes nothing"),
        (ORDER, "/tenant", "/owner", "pointers.tenant", "leads to /owner, which 2.0.0.json"),
        ("schemas/order/1.1.0.json", None, TWIN, "", "says the same as 1.0.0.json"),
        ("schemas/order/notes.txt", None, "x", "", "is ignored"),
    ],
)
def test_what_works_and_may_not_be_meant_is_a_warning(
    change: Change,
    run_lint: RunLint,
    notes: Notes,
    path: str,
    old: str | None,
    new: str,
    place: str,
    why: str,
) -> None:
    change(path, old, new)
    found = notes()
    assert [(note["level"], note["file"], note["place"]) for note in found] == [("warning", path, place)]
    assert why in found[0]["why"]
    assert found[0]["remedy"]
    assert run_lint().exit_code == 0
    assert run_lint("--strict").exit_code == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (AT, "mode: off\n    at: {gate: strict}"),
        ("gate: strict", "gate: off"),
        (ALL, "{}"),
    ],
)
def test_a_mode_that_differs_at_a_point_is_meant(change: Change, notes: Notes, old: str, new: str) -> None:
    change(CODES, old, new)
    assert [note["why"] for note in notes() if "changes nothing" not in note["why"]] == []


def test_the_id_is_told_only_of_a_bundle_that_loads(change: Change, run_lint: RunLint) -> None:
    assert len(json.loads(run_lint("--json").stdout)["bundle"]) == 64
    change("policies/limits.yaml", "32", "0")
    said = json.loads(run_lint("--json").stdout)
    assert (said["bundle"], said["errors"], said["warnings"]) == (None, 1, 0)


def test_folders_that_a_directory_does_not_have_are_those_that_ship(tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "limits.yaml").write_text("max_depth: 32\n")
    result = CliRunner().invoke(lint, [str(tmp_path)])
    assert result.exit_code == 1
    assert "error: policies/bindings.yaml: is missing" in result.stdout


def test_a_directory_without_any_of_them_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="has none of"):
        CliRunner().invoke(lint, [str(tmp_path)], catch_exceptions=False)
    assert CliRunner().invoke(lint, [str(tmp_path / "nowhere")]).exit_code == 2
