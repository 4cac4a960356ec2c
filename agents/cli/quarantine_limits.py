"""``assay quarantine limits``."""

import asyncio
import json
from dataclasses import asdict

import click
from rich import box
from rich.console import Console
from rich.table import Table

from assay.agents.settings import Settings, load_settings
from assay.agents.stores.view_reader import view_reader
from assay.agents.views.specs import QUARANTINE
from assay.pipeline.views.limits import OverLimit, over_limits
from assay.pipeline.views.quarantined import COLLECTION

from .main import FINDINGS


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@click.pass_context
def limits(context: click.Context, *, as_json: bool) -> None:
    """Find tenants with more in quarantine than they may have; exit with 1 when there is one.

    Nothing is refused or removed for it: somebody should look why so much of theirs fails.
    """
    found = asyncio.run(_look(load_settings()))
    if as_json:
        click.echo(json.dumps([asdict(each) for each in found], indent=2))
    elif found:
        table = Table("tenant", "what", "there are", "at most", box=box.SIMPLE_HEAD)
        for each in found:
            table.add_row(each.tenant, each.what, f"{each.number:,}", f"{each.most:,}")
        Console(width=120).print(table)
    else:
        click.echo("No tenant is above its limit.")
    if found:
        context.exit(FINDINGS)


async def _look(settings: Settings) -> list[OverLimit]:
    reader = view_reader(settings, QUARANTINE)
    try:
        sums = await reader.sums(COLLECTION)
    finally:
        await reader.close()
    most_records, most_bytes = settings.quarantine_tenant_records, settings.quarantine_tenant_bytes
    return over_limits(sums, most_records=most_records, most_bytes=most_bytes)
