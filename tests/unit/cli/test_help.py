"""``assay --help`` is quick: it says of each verb what the verb says of itself, and loads none."""

import subprocess
import sys

import click
import pytest

from assay.agents.cli.main import cli

LOADED = (
    "import sys; from click.testing import CliRunner; from assay.agents.cli.main import cli; "
    "assert CliRunner().invoke(cli, ['--help']).exit_code == 0; "
    "print(*sorted(name for name in sys.modules if name.startswith('assay.agents.')))"
)


@pytest.mark.parametrize("verb", cli.list_commands(click.Context(cli)))
def test_the_list_says_what_the_verb_says_of_itself(verb: str) -> None:
    assert isinstance(cli, click.Group)
    command = cli.get_command(click.Context(cli), verb)
    assert command is not None
    assert cli.sentences[verb] == command.get_short_help_str(1000)


def test_no_verb_is_loaded_for_the_list() -> None:
    """Each of them takes up to a second, whoever asks what there is."""
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert {name.removeprefix("assay.agents.") for name in done.stdout.split()} == {
        "cli",
        "cli.main",
        "cli.sentences",
    }
