"""``assay issues list``: the problems that there are, the worst first."""

import asyncio
import json
from collections.abc import Iterator

import click
import orjson
from rich import box
from rich.console import Console
from rich.table import Table

from assay.agents.clock import SystemClock
from assay.agents.issue_desk import read_groups
from assay.agents.settings import load_settings
from assay.agents.transport.kafka import KafkaTransport
from assay.pipeline.core.clock import NANOS_PER_SECOND
from assay.pipeline.core.issue import Severity
from assay.pipeline.issues import OPEN, Group, Status, to_json

from .acting import quiet
from .choices import WordChoice

COLUMNS = ("group", "severity", "status", "code", "tenant", "traces", "last hour", "last seen", "assigned to")


@click.command("list")
@click.option("--all", "everything", is_flag=True, help="Also those that are resolved or ignored.")
@click.option("--status", type=WordChoice(Status), help="Only those that are so.")
@click.option("--severity", type=WordChoice(Severity), help="Only those as bad.")
@click.option("--tenant", metavar="ID", help="Only those of this tenant.")
@click.option("--code", metavar="CODE", help="Only those of this code.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def show_all(
    *,
    everything: bool,
    status: Status | None,
    severity: Severity | None,
    tenant: str | None,
    code: str | None,
    as_json: bool,
) -> None:
    """List issue groups, the most severe and the most frequent first.

    Exit status: 0, or 3 when Kafka is not reachable.
    """
    quiet()
    found = [
        group
        for group in asyncio.run(_read())
        if (everything or status is not None or group.status in OPEN)
        and status in (None, group.status)
        and severity in (None, group.severity)
        and code in (None, group.code)
        and (tenant is None or tenant in [each.tenant_id for each in group.tenants])
    ]
    found.sort(key=lambda group: (-group.severity.rank, -group.count, group.fingerprint))
    if as_json:
        click.echo(json.dumps([orjson.loads(to_json(group)) for group in found], indent=2))
        return
    now_s = SystemClock().now_ns() // NANOS_PER_SECOND
    table = Table(*COLUMNS, box=box.SIMPLE_HEAD)
    for group in found:
        table.add_row(*_row(group, now_s))
    Console(width=160).print(table)


async def _read() -> list[Group]:
    settings = load_settings()
    transport = KafkaTransport(settings)
    await transport.start()
    try:
        return list((await read_groups(transport, settings)).values())
    finally:
        await transport.stop()


def _row(group: Group, now_s: int) -> Iterator[str]:
    yield from (group.fingerprint, group.severity.value, group.status.value, group.code)
    yield ", ".join(each.tenant_id for each in group.tenants[:3])
    yield str(group.count)
    yield str(group.rate.within_hour(now_s))
    yield f"{group.last_seen[:19]}Z"
    yield group.assigned_to
