"""The pictures of docs/commands.md: each command is really run, on a real stack, and drawn as its terminal showed it.

``make pictures`` puts them into ``docs/pictures``; without ``ASSAY_TEST_PICTURES`` they go where nobody keeps them.
"""

import re
import shlex
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from rich.text import Text

from .commands import COMMANDS
from .pictures import MOST_BYTES
from .terminal import Printed, picture_of, printed_by
from .town import ASSAY, ROOT, Town

pytestmark = [pytest.mark.browser, pytest.mark.broker]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    found = Town(tmp_path_factory.mktemp("town"))
    try:
        found.settle()
        yield found
    finally:
        found.leave()


@pytest.fixture
def elsewhere(tmp_path: Path) -> Town:
    """Where nothing runs yet: the demo starts all that it needs."""
    found = Town(tmp_path / "elsewhere")
    found.fetch_nothing()
    return found


def run(town: Town, name: str) -> tuple[str, Printed]:
    shown = COMMANDS[name]
    command = shown.command.format_map(town.named)
    words = [ASSAY, *shlex.split(command)[1:]]
    return command, printed_by(words, folder=town.folder, env=town.env, columns=shown.columns)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_shown_as_it_is(
    request: pytest.FixtureRequest, browser: Browser, pictures_folder: Path, name: str
) -> None:
    """It does what its exit status says, tells nothing of this machine, and its picture is small (issue 6, must show 8)."""
    where: Town = request.getfixturevalue("elsewhere" if name == "demo" else "town")
    shown = COMMANDS[name]
    command, printed = run(where, name)
    assert printed.status in shown.status, printed.errors + printed.text
    text = Text.from_ansi(printed.text).plain
    assert text.strip()
    for told in (socket.gethostname(), str(ROOT), str(where.folder), str(Path.home())):
        assert not re.search(rf"(?<!\w){re.escape(told)}(?!\w)", text), "it names this machine"
    picture = picture_of(browser, command, printed.text, most_lines=shown.most_lines)
    assert len(picture) < MOST_BYTES
    (pictures_folder / f"command-{name}.png").write_bytes(picture)
