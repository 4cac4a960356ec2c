"""``assay rules receipts``: what remediation rules did."""

import asyncio
import getpass
import json
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import click
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from assay.agents.audit_log import audit_log
from assay.agents.clock import SystemClock
from assay.agents.receipt_list import Found, Receipts, Wanted, look_up, receipt_document
from assay.agents.sealing import EnvelopeSealer, FileKeyProvider
from assay.agents.settings import Settings, load_settings
from assay.pipeline.core.audit_chain import Act
from assay.pipeline.core.clock import rfc3339
from assay.pipeline.core.document import Json
from assay.pipeline.core.errors import RefusedError, SealError
from assay.pipeline.dispose import open_receipt

from .acting import as_json_option, quiet
from .moments import Moment

COLUMNS = ("when", "rule", "result", "outcome", "tenant", "source", "paths")


class Asked(NamedTuple):
    """Who wants to see values, and why."""

    actor: str
    reason: str


@click.command()
@click.option("--rule", default="", metavar="NAME", help="Only of this rule; name@version for one version.")
@click.option(
    "--trace", default="", metavar="ID", help="Only of this trace: its id, or topic/partition/offset."
)
@click.option("--since", type=Moment(), help="Tried then or later: 2h, 3d, or a UTC time ending in Z.")
@click.option("--until", type=Moment(), help="Tried before.")
@click.option("--tenant", default="", metavar="ID", help="Only of traces of this tenant.")
@click.option(
    "--limit", default=50, show_default=True, type=click.IntRange(1, 10_000), help="The last so many."
)
@click.option("--open", "opened", is_flag=True, help="Show what was changed, values included. Audited.")
@click.option("--actor", default=getpass.getuser, show_default="you", metavar="NAME", help="Who asks.")
@click.option("--reason", default="", metavar="TEXT", help="Why; needed with --open. No values of traces.")
@as_json_option
def receipts(
    *,
    rule: str,
    trace: str,
    since: int | None,
    until: int | None,
    tenant: str,
    limit: int,
    opened: bool,
    actor: str,
    reason: str,
    as_json: bool,
) -> None:
    """List the receipts of remediation rules, the last ones at the end: which rule tried what, and where it changed a trace.

    What stood there and what stands there now is sealed. --open shows it where ASSAY_MAY_OPEN_TRACES allows it on this
    machine; the audit log then holds who opened it and why before it is opened.

    Exit status: 0; 3 when Kafka is not reachable; 4 when receipts may not be opened.
    """
    if opened and not reason.strip():
        raise click.UsageError("--open needs --reason: it is kept in the audit log")
    quiet()
    settings = load_settings()
    wanted = Wanted(rule, trace, tenant, _text(since), _text(until))
    asked = Asked(actor, reason) if opened else None
    found, chosen, changes = asyncio.run(_look(settings, wanted, limit, asked))
    documents = [receipt_document(each, found) for each in chosen]
    for document, change in zip(documents, changes, strict=False):
        document["changes"] = change
    if found.unreadable:
        click.echo(
            f"Warning: {found.unreadable} records of quality.receipts cannot be read: Assay did not write them.",
            err=True,
        )
    if as_json:
        click.echo(json.dumps(documents, indent=2))
        return
    Console(width=180).print(_table(chosen, found))
    for document, change in zip(documents, changes, strict=False):
        for line in _lines(document, change):
            click.echo(line)


async def _look(
    settings: Settings, wanted: Wanted, limit: int, asked: Asked | None
) -> tuple[Receipts, Sequence[Found], Sequence[Json]]:
    if asked is not None and not settings.may_open_traces:
        raise RefusedError("sealed receipts may not be opened here: ASSAY_MAY_OPEN_TRACES is not set")
    found = await asyncio.to_thread(look_up, settings, wanted)
    chosen = found.found[-limit:]
    changes: Sequence[Json] = []
    if asked is not None and chosen:
        await _note(settings, asked, chosen)
        opener = EnvelopeSealer(FileKeyProvider(settings.keys_path), SystemClock())
        changes = [_opened(each, opener) for each in chosen]
    return found, chosen, changes


async def _note(settings: Settings, asked: Asked, chosen: Sequence[Found]) -> None:
    """An entry for each trace, before any is opened."""
    at = rfc3339(SystemClock().now_ns())
    sources = dict.fromkeys(each.source for each in chosen)
    acts = [Act(asked.actor, "receipt.open", source, asked.reason, at) for source in sources]
    async with audit_log(settings) as log:
        await log.append_all(acts)


def _opened(found: Found, opener: EnvelopeSealer) -> Json:
    """Patch and inverse of the whole repair, which lie on its first receipt; ``None`` where they do not open, or lie elsewhere."""
    try:
        changes = open_receipt(dict(found.document), opener)
    except SealError:
        return None
    return None if changes is None else {"patch": changes.patch, "inverse": changes.inverse}


def _table(chosen: Sequence[Found], found: Receipts) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    for name in COLUMNS:
        table.add_column(name, overflow="fold")
    for each in chosen:
        document = each.document
        outcome = "taken back" if found.is_retracted(each) else str(document.get("outcome"))
        table.add_row(
            f"{each.at[:19]}Z",
            escape(each.rule_id),
            escape(" ".join(filter(None, (str(document.get("result")), str(document.get("error") or ""))))),
            escape(outcome),
            escape(str(document.get("tenant_id"))),
            escape(each.source),
            escape(_paths(document.get("paths"))),
        )
    return table


def _paths(paths: Json) -> str:
    return ", ".join(map(str, paths)) if isinstance(paths, list) else ""


def _lines(document: dict[str, Json], change: Json) -> Iterator[str]:
    if isinstance(change, dict) and isinstance(change["patch"], list):
        yield f"{document['source']}  {document['rule']}@{document['version']}"
        # JSON's form of a text has no control characters: what a producer sent cannot steer the terminal.
        yield from (f"  {json.dumps(operation)}" for operation in change["patch"])


def _text(at_ns: int | None) -> str:
    return "" if at_ns is None else rfc3339(at_ns)
