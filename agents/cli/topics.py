"""``assay topics``: create the topics, or check that they lose nothing."""

import json
from collections.abc import Sequence
from dataclasses import asdict

import click
from rich.console import Console
from rich.table import Table

from assay.agents.settings import load_settings
from assay.agents.topic_admin import Change, check_topics, ensure_topics
from assay.pipeline.core.errors import Problem

from .main import FINDINGS

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")


@click.group()
def topics() -> None:
    """Create the topics, or check that they lose nothing."""


@topics.command("apply")
@as_json
def apply(*, as_json: bool) -> None:
    """Create what is missing and correct what can be corrected without loss; refuse the rest."""
    settings = load_settings()
    with Console(stderr=True).status(f"asking Kafka at {settings.bootstrap_servers}"):
        changes = ensure_topics(settings)
    if as_json:
        click.echo(json.dumps([asdict(change) for change in changes], indent=2))
    elif changes:
        Console().print(_changes_table(changes))
    else:
        click.echo("All topics are as they must be.")


@topics.command("verify")
@as_json
@click.pass_context
def verify(context: click.Context, *, as_json: bool) -> None:
    """Change nothing; exit with 1 when a topic is missing or would lose or refuse records."""
    settings = load_settings()
    with Console(stderr=True).status(f"asking Kafka at {settings.bootstrap_servers}"):
        problems = check_topics(settings)
    if as_json:
        click.echo(json.dumps([asdict(problem) for problem in problems], indent=2))
    elif problems:
        Console().print(_problems_table(problems))
    else:
        click.echo("All topics are as they must be.")
    if problems:
        context.exit(FINDINGS)


def _changes_table(changes: Sequence[Change]) -> Table:
    table = Table("topic", "what", "before", "now", box=None, pad_edge=False)
    for change in changes:
        table.add_row(change.topic, change.what, change.before, change.after)
    return table


def _problems_table(problems: Sequence[Problem]) -> Table:
    table = Table("where", "what is wrong", "what to do", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for problem in problems:
        table.add_row(problem.where, problem.why, problem.remedy)
    return table
