"""Which requirements (S0-…) and repaired defects (D-…) the tests cite in their docstrings: ``make requirements``."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parent
ID = re.compile(r"\b(S[0-4]|D)-(\d+)\b")
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def cited(source: str) -> Iterator[tuple[str, int]]:
    """Family and number of every id in a docstring of a module."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, DOCUMENTED):
            for family, number in ID.findall(ast.get_docstring(node) or ""):
                yield family, int(number)


def main() -> None:
    """Print the ids in order, each with how often it is cited."""
    counts = Counter(id_ for path in TESTS.rglob("test_*.py") for id_ in cited(path.read_text()))
    for (family, number), count in sorted(counts.items()):
        digits = f"{number:02d}" if family == "D" else str(number)
        print(f"{family}-{digits:6} {count:4}")  # noqa: T201 - a command-line tool
    print(f"{len(counts)} requirements and defects cited")  # noqa: T201 - a command-line tool


if __name__ == "__main__":
    main()
