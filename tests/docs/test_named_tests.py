"""A page that names a test as proof names one that exists (issue codes: S0-6 … S0-52, each with the test that produces it)."""

import ast
import re
from pathlib import Path

import pytest

from assay.pipeline.core.codes import IssueCode
from assay.pipeline.generate.faults import FAULTS

ROOT = Path(__file__).parents[2]
CODES = ROOT / "docs" / "reference" / "codes.md"
ROW = re.compile(
    r"^\| `(?P<code>[\w.]+)` \|.* `(?P<path>tests/[\w/]+\.py)(?:::(?P<name>\w+))?(?:\[(?P<case>.+)\])?` \|$"
)


def rows() -> dict[str, re.Match[str]]:
    """The rows of the table of issues, by code."""
    table = CODES.read_text(encoding="utf-8").partition("## Issues\n")[2].partition("\n## ")[0]
    found = [match for line in table.splitlines() if (match := ROW.match(line))]
    return {match["code"]: match for match in found}


def test_every_code_has_a_test_that_produces_it() -> None:
    assert set(rows()) == {code.value for code in IssueCode}


@pytest.mark.parametrize("code", [code.value for code in IssueCode])
def test_the_test_is_there(code: str) -> None:
    row = rows()[code]
    tree = ast.parse((ROOT / row["path"]).read_text(encoding="utf-8"))
    functions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    assert row["name"] is None or row["name"] in functions
    assert row["case"] in {None, code}
    assert (row["case"] is not None) == (code in FAULTS), (
        "a code with a fault of its own has a case of its own"
    )
