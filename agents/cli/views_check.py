"""``assay views verify`` and ``assay views rebuild``."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict

import click
from rich import box
from rich.console import Console
from rich.table import Table

from assay.agents.clock import SystemClock
from assay.agents.settings import Settings, load_settings
from assay.agents.views.rebuild import Rebuilt, rebuild
from assay.agents.views.specs import VIEWS
from assay.agents.views.verify import Verified, verify

from .acting import quiet
from .main import FINDINGS

which = click.argument("views", nargs=-1, type=click.Choice([*VIEWS]))
as_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")


@click.command("verify")
@which
@as_json_option
@click.pass_context
def verify_views(context: click.Context, views: tuple[str, ...], *, as_json: bool) -> None:
    """Fold the topics again and compare: all views, or those that are named.

    Each view stands still while it is read, seconds at most; traces flow meanwhile.

    Exit status: 0 the same, 1 differences, 3 Redis or Kafka is not reachable.
    """
    quiet()
    found = asyncio.run(_verify(load_settings(), views or tuple(VIEWS)))
    if as_json:
        click.echo(json.dumps([each.to_json() for each in found], indent=2))
    else:
        _print(found)
    if not all(each.ok for each in found):
        context.exit(FINDINGS)


async def _verify(settings: Settings, views: Sequence[str]) -> list[Verified]:
    return [await verify(VIEWS[name], settings, SystemClock()) for name in views]


def _print(found: Sequence[Verified]) -> None:
    table = Table("view", "records", "behind", "counters", "documents", "differences", box=box.SIMPLE_HEAD)
    for each in found:
        numbers = (each.records, each.behind, each.counters, each.documents, each.total)
        table.add_row(each.view, *(f"{number:,}" for number in numbers))
    Console(width=120).print(table)
    for each in found:
        for difference in each.shown:
            click.echo(f"{each.view}: {difference.where}: topics {difference.topics}, view {difference.view}")


@click.command("rebuild")
@which
@as_json_option
def rebuild_views(views: tuple[str, ...], *, as_json: bool) -> None:
    """Make views again from their topics: all, or those that are named.

    The old one is seen until the new one is complete; Redis holds both for that long.
    """
    quiet()
    rebuilt = asyncio.run(_rebuild(load_settings(), views or tuple(VIEWS)))
    if as_json:
        click.echo(json.dumps([asdict(each) for each in rebuilt], indent=2))
        return
    for each in rebuilt:
        click.echo(f"{each.view}: {each.records:,} records of {each.partitions} partitions")


async def _rebuild(settings: Settings, views: Sequence[str]) -> list[Rebuilt]:
    return [await rebuild(VIEWS[name], settings) for name in views]
