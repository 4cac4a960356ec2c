"""Records that nobody on this project made up are valid, or docs/reference/subjects.md says why not."""

import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from assay.pipeline.core.document import Json, without_indexes

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"
ROW = re.compile(r"^\| `(\w+)` \| `([\w.-]+\.jsonl)` \| (\d+) \| (\d+) \| (.*) \|$", re.MULTILINE)
FOUND = re.compile(r"(\d+) of `([\w.]+@/[\w/*]*)`")
ROWS = ROW.findall((ROOT / "docs" / "reference" / "subjects.md").read_text())


def test_the_page_has_a_row_for_each_file_of_real_records() -> None:
    assert [row[:2] for row in ROWS] == [
        ("agent_run", "agent-runs.jsonl"),
        ("cloudtrail_event", "cloudtrail.jsonl"),
    ]


@pytest.mark.parametrize(("subject", "file", "records", "clean", "found"), ROWS)
def test_real_records_are_judged_as_the_page_says(
    subject: str,
    file: str,
    records: str,
    clean: str,
    found: str,
    judge: Callable[[str, Json], list[str]],
) -> None:
    path = DATA / file
    if not path.exists():
        pytest.skip(f"no {file}: real records are not part of this project (../shared/data)")
    verdicts = [judge(subject, json.loads(line)) for line in path.read_bytes().splitlines()]
    assert len(verdicts) == int(records)
    assert sum(not verdict for verdict in verdicts) == int(clean)
    counts = Counter(_anywhere(issue) for verdict in verdicts for issue in verdict)
    assert counts == {issue: int(count) for count, issue in FOUND.findall(found)}


def _anywhere(issue: str) -> str:
    """The issue without the indexes of its path."""
    code, path = issue.split("@", 1)
    return f"{code}@{without_indexes(path)}"
