"""``assay rules preview``: what the rules would make of traces from files. Values are shown: the person gave the files."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click
import orjson

from assay.agents.clock import SystemClock
from assay.pipeline.core.document import Json
from assay.pipeline.core.headers import SUBJECT
from assay.pipeline.core.outcome import Outcome, Reason
from assay.pipeline.core.record import Headers, RawRecord
from assay.pipeline.core.verdict import Verdict
from assay.pipeline.decode import AvroRegistry, Decoded, decode
from assay.pipeline.flow import Judge
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.remediate import (
    Decision,
    Effort,
    Payload,
    Permission,
    Rejudged,
    Remediator,
    Repair,
    Scope,
    Trust,
    decide,
)
from assay.pipeline.report import OFFLINE_TOPIC, Place, offline_bundle

from .inputs import find_files, read_records
from .main import FINDINGS
from .policy_directory import DIRECTORY, bundle_of

_AVRO = b"\x00"


_NOT_READ = Decision(Outcome.DEAD_LETTERED, Reason.UNREADABLE)


class Preview(NamedTuple):
    """One record."""

    place: Place
    before: Verdict
    repair: Repair | None
    """``None`` where there is nothing to repair, or nothing that could be read."""
    after: Verdict | None
    decision: Decision | None
    """What would become of the trace if its rules are trusted; ``None`` for one that passes as it is."""


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
            documents.append(_document(found))
        else:
            click.echo("\n".join(_lines(found)))
    if as_json:
        click.echo(json.dumps({"bundle": bundle.bundle_id, "records": documents}, indent=2))
    if left:
        ctx.exit(FINDINGS)


class Previewer:
    """The way of a failing trace through remediation, without Kafka, trust and breakers."""

    def __init__(self, bundle: Bundle, effort: Effort, scope: Scope, rule: str | None) -> None:
        self._judge = Judge(bundle)
        self._limits = bundle.limits
        self._registry = AvroRegistry(bundle)
        self._remediator = Remediator(bundle)
        if rule is not None:
            self._remediator.rule(rule)  # raises before anything is read
        self._effort, self._scope, self._rule = effort, scope, rule

    def __call__(self, place: Place, value: bytes, headers: Headers, now_ns: int) -> Preview:
        """Judge, repair, judge again."""
        record = RawRecord(OFFLINE_TOPIC, 0, 0, -1, None, value, headers)
        before = self._judge(record, now_ns)
        decoded = decode(value, self._limits, self._registry)
        if not before.readable or not isinstance(decoded, Decoded):
            return Preview(place, before, None, None, _NOT_READ)
        if not before.blocking and not (self._scope is Scope.ALL and before.issues):
            return Preview(place, before, None, None, None)
        repair = self._remediator.repair(
            decoded.document,
            before.issues,
            subject=before.subject,
            tenant=before.tenant,
            effort=self._effort,
            scope=self._scope,
            only=self._rule,
        )
        after = self._judge(RawRecord(OFFLINE_TOPIC, 0, 0, -1, None, repair.value, headers), now_ns)
        payload = Payload.FRAMED if value.startswith(_AVRO) else Payload.OPENED
        judged = Rejudged.BLOCKED if after.blocking else Rejudged.PASSED
        decision = decide(payload, repair, Trust.TRUSTED, Permission.GRANTED, judged)
        return Preview(place, before, repair, after, decision)


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


def _document(found: Preview) -> Json:
    repair, after = found.repair, found.after
    return {
        "file": found.place.file,
        "line": found.place.line,
        "before": [f"{issue.code}@{issue.path}" for issue in found.before.issues],
        "rules": []
        if repair is None
        else [
            {
                "rule": one.rule,
                "version": one.version,
                "codes": [*one.codes],
                "result": one.result.value,
                "error": one.error,
                "actions": [*one.actions],
            }
            for one in repair.receipts
        ],
        "patch": [] if repair is None else [*repair.patch],
        "inverse": [] if repair is None else [*repair.inverse],
        "after": None if after is None else [f"{issue.code}@{issue.path}" for issue in after.issues],
        "outcome": "valid" if found.decision is None else found.decision.outcome.value,
        "reason": "passed" if found.decision is None else found.decision.reason.value,
    }
