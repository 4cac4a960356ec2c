"""``assay audit-log verify``."""

import asyncio
import json
from collections.abc import Mapping

import click

from assay.agents.audit_log import audit_log
from assay.agents.clock import SystemClock
from assay.agents.settings import Settings, load_settings
from assay.pipeline.core.audit_chain import AuditFinding, AuditVerdict, Tampering
from assay.pipeline.core.document import Json

from .acting import as_json_option, quiet
from .main import FINDINGS

SENTENCES: Mapping[Tampering, str] = {
    Tampering.EDITED: "is not what was written, or the entry before it is not",
    Tampering.DELETED: "stands where entries before it are gone",
    Tampering.INSERTED: "has a number that came before",
    Tampering.SWAPPED: "stands behind a later one",
    Tampering.TRUNCATED: "was written, and is not there: the log ends before it",
    Tampering.REWRITTEN: "is another one than this machine saw written",
}


@click.command()
@as_json_option
@click.pass_context
def verify(context: click.Context, *, as_json: bool) -> None:
    """Check that no entry of the audit log was edited, deleted, inserted, swapped or cut off.

    Each entry holds the hash of the one before it. What this machine saw written it has noted below ASSAY_HOME: with
    that, a log that lost its end or was written anew is found as well. Run it where people act, or copy the notes.

    Exit status: 0 whole, 1 findings, 3 Kafka is not reachable.
    """
    quiet()
    found = asyncio.run(_verdict(load_settings()))
    if as_json:
        click.echo(json.dumps(document_of(found), indent=2))
    else:
        for finding in found.findings:
            click.echo(f"{finding.kind}: entry {finding.seq} {SENTENCES[finding.kind]}{_place(finding)}")
        end = f", up to {found.last.seq} ({found.last.hash[:12]})" if found.entries else ""
        click.echo(f"{found.entries} entries{end}: {len(found.findings) or 'no'} findings.")
    if found.findings:
        context.exit(FINDINGS)


def document_of(found: AuditVerdict) -> Json:
    """For scripts."""
    return {
        "ok": not found.findings,
        "entries": found.entries,
        "last": {"seq": found.last.seq, "hash": found.last.hash} if found.entries else None,
        "findings": [
            {
                "kind": finding.kind.value,
                "seq": finding.seq,
                "offset": None if finding.offset < 0 else finding.offset,
                "why": SENTENCES[finding.kind],
            }
            for finding in found.findings
        ],
    }


def _place(finding: AuditFinding) -> str:
    return f" (offset {finding.offset})" if finding.offset >= 0 else ""


async def _verdict(settings: Settings) -> AuditVerdict:
    async with audit_log(settings) as log:
        return await log.verify(SystemClock().now_ns())
