"""``assay quarantine list``."""

import asyncio
import json
from collections.abc import Iterator

import click
from rich import box
from rich.console import Console
from rich.table import Table

from assay.agents.clock import SystemClock
from assay.agents.quarantine import Wanted, contained
from assay.agents.settings import load_settings
from assay.agents.stores.view_reader import Shown
from assay.pipeline.core.clock import NANOS_PER_MILLI
from assay.pipeline.core.issue import Severity
from assay.pipeline.views.quarantined import expires_ms

from .choices import WordChoice

COLUMNS = ("source", "tenant", "severity", "reason", "codes", "expires in")
HOUR_MS, DAY_MS = 3_600_000, 86_400_000


@click.command("list")
@click.option("--tenant", default="", metavar="ID", help="Only traces of this tenant.")
@click.option("--code", default="", metavar="CODE", help="Only traces with an issue of this code.")
@click.option("--severity", type=WordChoice(Severity), help="Only traces as bad as this.")
@click.option("--fingerprint", default="", metavar="HEX", help="Only traces with this problem.")
@click.option("--topic", default="", metavar="NAME", help="Only traces of this raw topic.")
@click.option("--hours", type=click.IntRange(1), help="Only those contained in the last hours.")
@click.option(
    "--limit", default=50, show_default=True, type=click.IntRange(1, 10_000), help="How many at most."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def show_list(
    *,
    tenant: str,
    code: str,
    severity: Severity | None,
    fingerprint: str,
    topic: str,
    hours: int | None,
    limit: int,
    as_json: bool,
) -> None:
    """List contained traces, the newest first, from the view `quarantine`. Nothing is opened.

    Exit status: 0, or 3 when Redis is not reachable.
    """
    now_ms = SystemClock().now_ns() // NANOS_PER_MILLI
    since_ms = now_ms - hours * HOUR_MS if hours else 0
    wanted = Wanted(tenant, code, severity or "", fingerprint, topic, since_ms, limit)
    found = asyncio.run(contained(load_settings(), wanted, now_ms))
    if as_json:
        click.echo(json.dumps([document_of(shown) for shown in found], indent=2))
        return
    table = Table(*COLUMNS, box=box.SIMPLE_HEAD)
    for shown in found:
        table.add_row(*_row(shown, now_ms))
    Console(width=160).print(table)


def document_of(shown: Shown) -> dict[str, object]:
    """An entry for scripts: with the time at which it leaves."""
    return {**shown.document, "expires_at_ms": expires_ms(shown.score)}


def left(shown: Shown, now_ms: int) -> str:
    """How long an entry still has: days and hours."""
    days, rest = divmod(max(expires_ms(shown.score) - now_ms, 0), DAY_MS)
    return f"{days} d {rest // HOUR_MS} h"


def _row(shown: Shown, now_ms: int) -> Iterator[str]:
    document = shown.document
    codes = document["codes"]
    yield shown.id
    yield from (str(document[name]) for name in ("tenant", "severity", "reason"))
    yield ", ".join(map(str, codes)) if isinstance(codes, list) else ""
    yield left(shown, now_ms)
