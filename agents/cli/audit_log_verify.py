"""``assay audit-log verify``."""

import asyncio
import json

import click

from assay.agents.audit_log import audit_log
from assay.agents.audit_verdict import SENTENCES, verdict_document
from assay.agents.clock import SystemClock
from assay.agents.settings import Settings, load_settings
from assay.pipeline.core.audit_chain import AuditFinding, AuditVerdict

from .acting import as_json_option, quiet
from .main import FINDINGS


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
        click.echo(json.dumps(verdict_document(found), indent=2))
    else:
        for finding in found.findings:
            click.echo(f"{finding.kind}: entry {finding.seq} {SENTENCES[finding.kind]}{_place(finding)}")
        end = f", up to {found.last.seq} ({found.last.hash[:12]})" if found.entries else ""
        click.echo(f"{found.entries} entries{end}: {len(found.findings) or 'no'} findings.")
    if found.findings:
        context.exit(FINDINGS)


def _place(finding: AuditFinding) -> str:
    return f" (offset {finding.offset})" if finding.offset >= 0 else ""


async def _verdict(settings: Settings) -> AuditVerdict:
    async with audit_log(settings) as log:
        return await log.verify(SystemClock().now_ns())
