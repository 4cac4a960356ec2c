"""``assay issues``: the problems that there are, and what people do about them."""

import click

from .issues_commands import COMMANDS
from .issues_list import show_all
from .issues_show import show


@click.group()
def issues() -> None:
    """List issue groups and work on them: triage, assign, acknowledge, confirm, resolve, ignore, reopen."""


issues.add_command(show_all)
issues.add_command(show)
for command in COMMANDS:
    issues.add_command(command)
