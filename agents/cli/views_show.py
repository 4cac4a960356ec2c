"""``assay views top`` and ``criticals``."""

import asyncio
import json
from collections.abc import Sequence

import click
from rich import box
from rich.console import Console
from rich.table import Table

from assay.agents.clock import SystemClock
from assay.agents.policy_files import load_policies
from assay.agents.settings import Settings, load_settings
from assay.agents.stores.view_reader import Shown, view_reader
from assay.agents.views.specs import VIEWS
from assay.pipeline.core.clock import NANOS_PER_SECOND
from assay.pipeline.views import criticals as critical_view
from assay.pipeline.views.buckets import HOUR_S, hour_bucket
from assay.pipeline.views.top_tenants import top_tenants

tenant_option = click.option("--tenant", default="", metavar="ID", help="Only of this tenant.")
as_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")


@click.command("top")
@click.option(
    "--hours", default=24, show_default=True, type=click.IntRange(1, 29 * 24), help="Of the last hours."
)
@click.option(
    "--limit", default=10, show_default=True, type=click.IntRange(1, 1000), help="How many at most."
)
@as_json_option
def top(hours: int, limit: int, *, as_json: bool) -> None:
    """Show the tenants with most failing traces; drills are left out."""
    now_s = _now_s()
    names = [hour_bucket(now_s - age * HOUR_S) for age in range(hours)]
    settings = load_settings()
    drill = load_policies(settings).drill.tenant
    found = top_tenants(asyncio.run(_buckets(settings, names)), limit, leaving_out=drill)
    if as_json:
        click.echo(json.dumps([each._asdict() for each in found], indent=2))
        return
    table = Table("tenant", "failing", "traces", box=box.SIMPLE_HEAD)
    for each in found:
        table.add_row(each.tenant, f"{each.failing:,}", f"{each.traces:,}")
    Console(width=100).print(table)


@click.command("criticals")
@tenant_option
@click.option(
    "--limit", default=20, show_default=True, type=click.IntRange(1, 1000), help="How many at most."
)
@as_json_option
def criticals(tenant: str, limit: int, *, as_json: bool) -> None:
    """Show the newest critical issues."""
    found = asyncio.run(_criticals(load_settings(), tenant, limit))
    if as_json:
        click.echo(json.dumps([shown.document for shown in found], indent=2))
        return
    table = Table("detected", "tenant", "code", "source", "group", box=box.SIMPLE_HEAD)
    for shown in found:
        members = ("detected_at", "tenant_id", "code", "source", "fingerprint")
        table.add_row(*(str(shown.document[name]) for name in members))
    Console(width=160).print(table)


def _now_s() -> int:
    return SystemClock().now_ns() // NANOS_PER_SECOND


async def _buckets(settings: Settings, names: Sequence[str]) -> list[dict[str, int]]:
    reader = view_reader(settings, VIEWS["counters"].name)
    try:
        return await reader.buckets(names)
    finally:
        await reader.close()


async def _criticals(settings: Settings, tenant: str, limit: int) -> Sequence[Shown]:
    reader = view_reader(settings, critical_view.VIEW, tenant)
    try:
        return await reader.documents(critical_view.COLLECTION, most=limit)
    finally:
        await reader.close()
