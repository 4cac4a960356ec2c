"""The page that tells how to add a subject, a rule and an allowance does what it says, file by file."""

import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from assay.agents.cli.main import cli

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "add-a-subject.md").read_text()
FILES = dict(re.findall(r"```\w+ file=(\S+)\n(.*?)```", PAGE, re.DOTALL))


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """What ships, with the page's files in it."""
    for folder in ("schemas", "policies", "remediation_rules"):
        shutil.copytree(
            ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("*.py", "__pycache__")
        )
    for name, content in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return tmp_path


def test_the_page_has_all_the_files_it_speaks_of() -> None:
    assert len(FILES) == 8


def test_the_bundle_of_the_page_has_no_error(policy: Path) -> None:
    result = CliRunner().invoke(cli, ["policy", "lint", str(policy)])
    assert result.exit_code == 0, result.output


def test_its_examples_get_what_they_say(policy: Path) -> None:
    """A CEL rule, a declared field and an allowance by tenant, in files alone."""
    result = CliRunner().invoke(cli, ["policy", "test", str(policy)])
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("policies/business.yaml", "refunded <= paid", "refunded <= paid + 5.5"),
        ("policies/security.yaml", '["1001"]', '["1002"]'),
        ("schemas/refund/1.0.0.json", ', "x-pii": ["email"]', ""),
    ],
)
def test_without_what_a_step_does_an_example_fails(policy: Path, file: str, old: str, new: str) -> None:
    """So the examples look at every step."""
    path = policy / file
    changed = path.read_text().replace(old, new)
    assert changed != path.read_text()
    path.write_text(changed)
    assert CliRunner().invoke(cli, ["policy", "test", str(policy)]).exit_code != 0
