"""Which requirements (S0-…) and repaired defects (D-…) tests cite in their docstrings, and the page that says so.

``make requirements`` lists the ids; ``make docs`` writes docs/reference/requirements.md.
"""

import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

TESTS = Path(__file__).parent
ROOT = TESTS.parent
PAGE = ROOT / "docs" / "reference" / "requirements.md"
WORDS = TESTS / "requirements.yaml"
NOTICE = (
    "<!-- Written by `make docs` from tests and tests/requirements.yaml: change those, not this page. -->"
)
ID = re.compile(r"\b(S[0-4]|D)-(\d+)\b(?:\s*…\s*(?:\1-)?(\d+)\b)?")
"""One, or from one to another, both included."""
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
SHOWN = 3
"""Tests that the page names for a requirement; the number of all stands beside them."""

ABOUT = f"""\
What is asked of the loop behind detection, and the tests that hold it. A test counts when its docstring cites the id;
up to {SHOWN} are named, those first that cite least beside it. Issue codes and what asks for them: [codes](codes.md#issues)."""


@dataclass(frozen=True, slots=True, order=True)
class Citation:
    """A docstring that cites a requirement. Ordered: those that cite fewest at once come first, for they say most."""

    together: int
    """How many ids the docstring cites."""
    path: str
    name: str
    """Of the test or class; empty for the module's own docstring."""
    family: str
    number: int

    @property
    def place(self) -> str:
        """As pytest takes it."""
        return f"{self.path}::{self.name}" if self.name else self.path


def cited(source: str, path: str = "") -> Iterator[Citation]:
    """Every id in a docstring of a module, ranges spelt out."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, DOCUMENTED):
            name = "" if isinstance(node, ast.Module) else node.name
            ids = list(dict.fromkeys(_ids(ast.get_docstring(node) or "")))
            for family, number in ids:
                yield Citation(len(ids), path, name, family, number)


def _ids(text: str) -> Iterator[tuple[str, int]]:
    for family, first, last in ID.findall(text):
        for number in range(int(first), int(last or first) + 1):
            yield family, number


def all_cited() -> list[Citation]:
    """Of all tests, in order."""
    return sorted(
        citation
        for path in TESTS.rglob("test_*.py")
        for citation in cited(path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix())
    )


def page(words: Mapping[str, Any], citations: Sequence[Citation]) -> str:
    """The page: each requirement with its tests, and what is open. Raises ``ValueError`` for an answer to none."""
    tests: dict[int, list[str]] = {}
    for citation in citations:
        if citation.family == "S0":
            tests.setdefault(citation.number, []).append(citation.place)
    asked = {number for group in words["groups"] for number in group["requirements"]}
    answered: Mapping[int, str] = words["answered"]
    if wrong := sorted(answered.keys() - asked):
        raise ValueError(f"answers to requirements that are not listed: {wrong}")
    held = asked & tests.keys()
    still_open = sorted(asked - held - answered.keys())
    answers = answered.keys() - held
    blocks = [
        NOTICE,
        "# Requirements",
        f"{ABOUT}\n\nOf {len(asked)}, {len(held)} are held by tests, {len(answers)} are answered otherwise, {len(still_open)} are open.",
        f"**Open:** {_ranges(still_open) or 'none'}.",
    ]
    for group in words["groups"]:
        rows = [
            f"| S0-{number} | {sentence} | {_status(tests.get(number, ()), answered.get(number))} |"
            for number, sentence in group["requirements"].items()
        ]
        blocks += [
            f"## {group['title']}",
            "\n".join(["| id | asked for | held by |", "| --- | --- | --- |", *rows]),
        ]
    return "\n\n".join(blocks) + "\n"


def _status(tests: Sequence[str], answer: str | None) -> str:
    if tests:
        rest = f" and {len(tests) - SHOWN} more" if len(tests) > SHOWN else ""
        return "<br>".join(f"`{place}`" for place in tests[:SHOWN]) + rest
    return answer or "**open**"


def _ranges(numbers: Sequence[int]) -> str:
    """``S0-1, S0-4 … S0-6``: neighbours together."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"S0-{run[0]}" if len(run) == 1 else f"S0-{run[0]} … S0-{run[-1]}" for run in runs)


def todays_page() -> str:
    """The page as tests and words are now."""
    return page(yaml.safe_load(WORDS.read_text(encoding="utf-8")), all_cited())


def main() -> None:
    """``--page`` writes the page; else print the ids in order, each with how often it is cited."""
    if sys.argv[1:] == ["--page"]:
        PAGE.write_text(todays_page(), encoding="utf-8")
        print(f"wrote {PAGE.relative_to(ROOT)}")  # noqa: T201 - a command-line tool
        return
    counts = Counter((citation.family, citation.number) for citation in all_cited())
    for (family, number), count in sorted(counts.items()):
        digits = f"{number:02d}" if family == "D" else str(number)
        print(f"{family}-{digits:6} {count:4}")  # noqa: T201 - a command-line tool
    print(f"{len(counts)} requirements and defects cited")  # noqa: T201 - a command-line tool


if __name__ == "__main__":
    main()
