"""``assay quarantine show``."""

import asyncio
import json
from pathlib import Path

import click

from assay.agents.audit_log import audit_log
from assay.agents.clock import SystemClock
from assay.agents.quarantine import one_contained, open_contained, readable
from assay.agents.sealing import EnvelopeSealer, FileKeyProvider
from assay.agents.settings import Settings, load_settings
from assay.agents.stores.view_reader import Shown
from assay.pipeline.core.clock import NANOS_PER_MILLI
from assay.pipeline.dispose.payload import Payload

from .acting import quiet, who_options
from .quarantine_list import document_of, left


@click.command()
@click.argument("source", metavar="TOPIC/PARTITION/OFFSET")
@click.option("--tenant", default="", metavar="ID", help="As this tenant: another's traces are not there.")
@click.option(
    "--open", "opened", is_flag=True, help="Open the sealed trace, and show it. Needs --reason; audited."
)
@click.option(
    "--value-to",
    type=click.Path(dir_okay=False, path_type=Path),
    help="With --open: write the value to this file, byte for byte, instead of showing it.",
)
@who_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
def show(
    source: str,
    tenant: str,
    value_to: Path | None,
    actor: str,
    reason: str,
    *,
    opened: bool,
    as_json: bool,
) -> None:
    """Show what is known of a contained trace, and how long it stays.

    The trace itself stays sealed unless --open is given and ASSAY_MAY_OPEN_TRACES allows it on this machine; the
    audit log then holds who opened it and why before it is opened.

    Exit status: 0; 1 when it is not in quarantine; 3 when Redis or Kafka is not reachable; 4 when it may not be opened.
    """
    quiet()
    settings = load_settings()
    shown, payload = asyncio.run(_look(settings, source, tenant, actor, reason, opened=opened))
    document = document_of(shown)
    if payload is not None:
        if value_to is not None:
            value_to.write_bytes(payload.value or b"")
            payload = payload._replace(value=None)
        document["opened"] = readable(payload)
    if as_json:
        click.echo(json.dumps(document, indent=2))
        return
    now_ms = SystemClock().now_ns() // NANOS_PER_MILLI
    for name, value in document.items():
        # JSON's form of a text has no control characters: what a producer sent cannot steer the terminal.
        click.echo(f"{name:>16}  {value if isinstance(value, int) else json.dumps(value)}")
    click.echo(f"{'expires in':>16}  {left(shown, now_ms)}")


async def _look(
    settings: Settings, source: str, tenant: str, actor: str, reason: str, *, opened: bool
) -> tuple[Shown, Payload | None]:
    shown = await one_contained(settings, source, tenant)
    if not opened:
        return shown, None
    clock = SystemClock()
    opener = EnvelopeSealer(FileKeyProvider(settings.keys_path), clock)
    async with audit_log(settings) as log:
        return shown, await open_contained(settings, shown, log, opener, clock, actor=actor, reason=reason)
