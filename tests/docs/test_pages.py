"""What the pages of this project say of its files, commands and links is true (STYLE 29)."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from assay.agents.cli.main import cli

ROOT = Path(__file__).parents[2]
PAGES = {str(path.relative_to(ROOT)): path for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]}
EVERY_PAGE = pytest.mark.parametrize("page", sorted(PAGES))

FENCE = re.compile(r"^(```|~~~).*?^\1\s*$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.+?) *$", re.MULTILINE)
PATH = re.compile(r"[\w.<>*…-]+(/[\w.<>*…-]+)*/?")
FILE_KINDS = {".py", ".md", ".toml", ".yaml", ".yml", ".json", ".jsonl", ".avsc", ".xml", ".lua", ".sh"}
MADE_HERE = {".venv", ".assay", "build", "dist"}
"""Folders that appear when the project is used."""
ELSEWHERE = {"agent-runs.jsonl", "cloudtrail.jsonl"}
"""Real records that schemas are fitted to: they lie beside the checkout, where they lie at all."""
TESTS = {
    name
    for file in (ROOT / "tests").rglob("test_*.py")
    for name in re.findall(r"^(?:async )?def (test_\w+)", file.read_text(), re.MULTILINE)
}

TARGETS = {
    match[1]: match[2]
    for match in re.finditer(
        r"^([a-z][a-z-]*):(?:.*?## (.*))?", (ROOT / "Makefile").read_text(), re.MULTILINE
    )
}


def prose(text: str) -> str:
    return FENCE.sub("", text)


def spans(text: str) -> list[str]:
    """Inline code."""
    return [" ".join(match[2].split()) for match in SPAN.finditer(prose(text))]


def typed(text: str) -> Iterator[str]:
    """What could be typed into a shell: inline code and the lines of code blocks, without prompt and comment."""
    yield from spans(text)
    for block in FENCE.finditer(text):
        for line in block[0].splitlines()[1:-1]:
            yield line.partition(" #")[0].strip().removeprefix("$ ")


def claims_path(span: str) -> bool:
    if not PATH.fullmatch(span) or span.startswith(("/", "-")):
        return False
    first = span.partition("/")[0]
    if first in MADE_HERE or span in ELSEWHERE:
        return False
    return Path(span).suffix in FILE_KINDS or ("/" in span and (ROOT / first).exists())


def exists(span: str, beside: Path) -> bool:
    pattern = re.sub(r"<[^>]*>|…", "*", span).rstrip("/")
    return any(next(base.glob(pattern), None) is not None for base in (ROOT, beside))


def slug(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def leads_somewhere(link: str, page: Path) -> bool:
    if re.match(r"[a-z]+:", link):
        return True  # another site: not this test's to visit
    name, _, anchor = link.partition("#")
    target = page.parent / name if name else page
    if not target.exists():
        return False
    return not anchor or anchor in {slug(heading) for heading in HEADING.findall(prose(target.read_text()))}


def known_command(words: list[str]) -> bool:
    command: click.Command = cli
    context = click.Context(cli)
    for word in words:
        if not isinstance(command, click.Group) or not re.fullmatch(r"[a-z|-]+", word):
            return True  # an option, an argument, a file
        for choice in word.split("|"):
            found = command.get_command(context, choice)
            if found is None:
                return False
        assert found is not None
        command = found
    return True


@EVERY_PAGE
def test_every_path_that_a_page_names_exists(page: str) -> None:
    missing = [
        span
        for span in spans(PAGES[page].read_text())
        if claims_path(span) and not exists(span, PAGES[page].parent)
    ]
    assert not missing, f"{page} names paths that do not exist"


@EVERY_PAGE
def test_every_test_that_a_page_names_exists(page: str) -> None:
    """A rule is only as good as the test that holds it."""
    named = [span for span in spans(PAGES[page].read_text()) if re.fullmatch(r"test_\w+", span)]
    unknown = [name for name in named if name not in TESTS]
    assert not unknown, f"{page} names tests that do not exist"


@EVERY_PAGE
def test_every_link_leads_somewhere(page: str) -> None:
    links = LINK.findall(prose(PAGES[page].read_text()))
    broken = [link for link in links if not leads_somewhere(link, PAGES[page])]
    assert not broken, f"{page} has links that lead nowhere"


@EVERY_PAGE
def test_every_make_target_that_a_page_names_exists(page: str) -> None:
    named = [
        word
        for line in typed(PAGES[page].read_text())
        if line.startswith("make ")
        for word in line.split()[1:]
        if re.fullmatch(r"[a-z][a-z-]*", word)
    ]
    unknown = [target for target in named if target not in TARGETS]
    assert not unknown, f"{page} names targets that the Makefile does not have"


@EVERY_PAGE
def test_every_verb_that_a_page_names_exists(page: str) -> None:
    named = [line for line in typed(PAGES[page].read_text()) if re.match(r"(\.venv/bin/)?assay [a-z]", line)]
    unknown = [line for line in named if not known_command(line.split()[1:])]
    assert not unknown, f"{page} names commands that the CLI does not have"


def test_every_make_target_that_is_not_a_step_of_another_has_a_sentence() -> None:
    silent = {
        target for target, sentence in TARGETS.items() if not sentence and not target.startswith("needs-")
    }
    assert not silent


def test_the_pages_that_were_checked_are_all_there() -> None:
    """A test that walks files must not pass because it found none."""
    assert {"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/architecture.md"} <= PAGES.keys()
    assert any(spans(path.read_text()) for path in PAGES.values())
    assert any("`test_" in path.read_text() for path in PAGES.values())
    assert TESTS
