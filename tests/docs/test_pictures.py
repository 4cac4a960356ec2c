"""Pages show what each page and each command looks like, and nothing lies about that nobody shows (issue 6, must show 8)."""

import re
from pathlib import Path

import click
import pytest

from assay.agents.cli.main import cli

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "pictures"
COMMANDS = ROOT / "docs" / "commands.md"
IMAGE = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")
MOST_BYTES = 200_000
RUNS_ON = {
    "micro": "serves until Ctrl-C",
    "serve": "serves until Ctrl-C; what it serves is on docs/page.md",
    "worker": "works until Ctrl-C; what it prints is its log",
}
"""Commands without a picture, and why."""


def shown() -> dict[Path, str]:
    """Every picture that a page shows, and its words."""
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    return {
        (page.parent / target).resolve(): words
        for page in pages
        for words, target in IMAGE.findall(page.read_text())
    }


def commands_shown() -> set[str]:
    words = [words.split() for words, _ in IMAGE.findall(COMMANDS.read_text())]
    return {each[1] for each in words if each[0] == "assay"}


@pytest.mark.parametrize("command", cli.list_commands(click.Context(cli)))
def test_every_command_is_shown(command: str) -> None:
    """By a picture, or by name where it runs until somebody ends it."""
    assert (command in commands_shown()) != (command in RUNS_ON)
    assert f"assay {command}" in COMMANDS.read_text()


def test_every_picture_is_shown_somewhere_and_every_one_shown_is_there() -> None:
    assert set(FOLDER.glob("*.png")) == {path for path in shown() if path.parent == FOLDER}


def test_every_picture_has_words_for_those_who_do_not_see_it() -> None:
    assert all(shown().values())


def test_every_picture_is_small_enough_to_be_kept() -> None:
    assert not [path.name for path in FOLDER.iterdir() if path.stat().st_size >= MOST_BYTES]
