"""``assay doctor``: what is reachable, what is not protected, and which versions are at work."""

import json
from dataclasses import asdict

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from assay.agents.doctor import Level, Observation, examine
from assay.agents.settings import load_settings

from .main import FINDINGS, UNAVAILABLE

STYLES = {Level.OK: "green", Level.NOTE: "cyan", Level.FINDING: "yellow", Level.UNAVAILABLE: "red"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@click.pass_context
def doctor(context: click.Context, *, as_json: bool) -> None:
    """Look at everything Assay needs. Exits with 1 for findings, with 3 when no trace can flow."""
    settings = load_settings()
    with Console(stderr=True).status("looking"):
        observations = list(examine(settings))
    if as_json:
        click.echo(json.dumps([asdict(observation) for observation in observations], indent=2))
    else:
        Console().print(_table(observations))
    levels = {observation.level for observation in observations}
    if Level.UNAVAILABLE in levels:
        context.exit(UNAVAILABLE)
    if Level.FINDING in levels:
        context.exit(FINDINGS)


def _table(observations: list[Observation]) -> Table:
    table = Table("", "what", "how it is", box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    for observation in observations:
        level = Text(observation.level, style=STYLES[observation.level])
        table.add_row(level, observation.subject, Text(observation.text))
    return table
