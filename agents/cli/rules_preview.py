"""``assay rules preview``: what the rules would make of traces from files. Values are shown: the person gave the files."""

import json
from collections.abc import Iterator
from pathlib import Path

import click
import orjson

from assay.agents.clock import SystemClock
from assay.agents.rule_preview import Preview, Previewer, preview_document
from assay.pipeline.core.document import Json
from assay.pipeline.core.headers import SUBJECT
from assay.pipeline.core.outcome import Outcome
from assay.pipeline.core.record import Headers
from assay.pipeline.remediate import (
    Effort,
    Scope,
)
from assay.pipeline.report import offline_bundle

from .inputs import find_files, read_records
from .main import FINDINGS
from .policy_directory import DIRECTORY, bundle_of


@click.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option("--dir", "directory", metavar="DIR", type=DIRECTORY, help="Where the bundle is.")
@click.option("--subject", metavar="NAME", help="What every record is. [default: what it says itself]")
@click.option("--tenant", metavar="ID", help="Whose the records are, as on a topic of that tenant.")
@click.option("--rule", metavar="NAME", help="Try no rule but this one.")
@click.option("--all", "every", is_flag=True, help="Repair warnings, too, not only what blocks.")
@click.option("--propose", is_flag=True, help="Try rules that only propose, too, and what touches security.")
@click.option("--raw", is_flag=True, help="One record per file instead of one per line.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@click.pass_context
def preview(
    ctx: click.Context,
    paths: tuple[str, ...],
    directory: Path | None,
    subject: str | None,
    tenant: str | None,
    *,
    rule: str | None,
    every: bool,
    propose: bool,
    raw: bool,
    as_json: bool,
) -> None:
    """Show what the remediation rules would make of traces, and what all detectors say before and after.

    PATH is a file of JSON lines, a directory (its *.json and *.jsonl files) or - for standard input. Patches are shown with the
    values in them. Nothing is written anywhere.

    Exit status: 0 all records pass as they are or would be repaired, 1 some would not.
    """
    bundle = offline_bundle(bundle_of(directory), subject, tenant)
    headers: Headers = () if subject is None else ((SUBJECT, subject.encode()),)
    previewer = Previewer(
        bundle,
        Effort.PROPOSAL if propose else Effort.AUTOMATIC,
        Scope.ALL if every else Scope.BLOCKING,
        rule,
    )
    files = find_files(paths)
    now_ns = SystemClock().now_ns()
    left = False
    documents: list[Json] = []
    for place, value in read_records(files, raw=raw):
        found = previewer(place, value, headers, now_ns)
        left = left or (found.decision is not None and found.decision.outcome is not Outcome.REMEDIATED)
        if as_json:
            documents.append(preview_document(found))
        else:
            click.echo("\n".join(_lines(found)))
    if as_json:
        click.echo(json.dumps({"bundle": bundle.bundle_id, "records": documents}, indent=2))
    if left:
        ctx.exit(FINDINGS)


def _lines(found: Preview) -> Iterator[str]:
    yield f"{found.place}:"
    for issue in found.before.issues:
        yield f"  {'has' if issue.blocking else 'has (passes)'} {issue.code}@{issue.path}"
    if found.repair is not None:
        for receipt in found.repair.receipts:
            error = f" ({receipt.error})" if receipt.error else ""
            yield f"  {receipt.rule_id}: {receipt.result}{error}"
            yield from (f"    {action}" for action in receipt.actions)
        for operation in found.repair.patch:
            yield f"  {orjson.dumps(operation).decode()}"
    if found.after is not None and found.repair is not None and found.repair.changed:
        left = ", ".join(f"{issue.code}@{issue.path}" for issue in found.after.issues)
        yield f"  afterwards: {left or 'nothing wrong'}"
    yield f"  {_end(found)}"


def _end(found: Preview) -> str:
    if found.decision is None:
        return "passes as it is"
    return f"would be {found.decision.outcome}: {found.decision.reason}"
