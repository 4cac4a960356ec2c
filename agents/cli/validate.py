"""``assay validate``: the lane's verdict on files, for a shell or a producer's CI (D-23, S1-21 … S1-23)."""

import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn

from assay.agents.clock import SystemClock
from assay.agents.policy_files import load_policies
from assay.agents.settings import load_settings
from assay.pipeline.core.codes import IssueCode
from assay.pipeline.flow import Judge
from assay.pipeline.report import Entry, Judgement, Summary, offline_bundle
from assay.pipeline.report import validate as judge_all

from .inputs import find_files, read_records
from .main import FINDINGS
from .validate_report import ReportWriter
from .validate_screen import print_summary, record_line


@click.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option(
    "--subject",
    metavar="NAME",
    help="What every record is; 'any' = readable JSON, no schema. [default: what it says itself]",
)
@click.option("--tenant", metavar="ID", help="Whose the records are, as on a topic of that tenant.")
@click.option("--raw", is_flag=True, help="One record per file instead of one per line.")
@click.option(
    "--mode",
    type=click.Choice(["strict", "warn"]),
    default="strict",
    show_default=True,
    help="strict: exit 1 when a record would not pass; warn: exit 0 all the same.",
)
@click.option(
    "--report",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    metavar="FILE",
    help="Write the report there, as JSON.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON instead of text.")
@click.pass_context
def validate(
    ctx: click.Context,
    paths: tuple[str, ...],
    subject: str | None,
    tenant: str | None,
    *,
    raw: bool,
    mode: str,
    report: Path | None,
    as_json: bool,
) -> None:
    """Judge records from files with the code, schemas and policies that judge them in the pipeline.

    PATH is a file of JSON lines, a directory (its *.json and *.jsonl files) or - for standard input.
    """
    if report is not None and not report.parent.is_dir():
        raise click.BadParameter(f"cannot write {str(report)!r}: no such directory")
    files = find_files(paths, skip=report)
    bundle = offline_bundle(load_policies(load_settings()), subject, tenant)
    entries = judge_all(
        read_records(files, raw=raw), Judge(bundle), subject=subject, now_ns=SystemClock().now_ns()
    )
    summary = Summary()
    with closing(ReportWriter()) as writer:
        for entry in _with_spinner(entries, summary):
            summary.add(entry)
            if report is not None or as_json:
                writer.add(entry)
            if entry.judgement is Judgement.INVALID and not as_json:
                click.echo(record_line(entry))
        if report is not None:
            _write(writer, summary, report)
        if as_json:
            writer.write(summary, click.get_binary_stream("stdout"))
    if not as_json:
        # A pipe has no width: nothing is folded, so that a place can be searched for.
        print_summary(summary, Console(width=None if sys.stdout.isatty() else 1_000))
        _hint(summary, files, raw=raw)
    if mode == "strict" and summary.by_judgement[Judgement.INVALID]:
        ctx.exit(FINDINGS)


def _with_spinner(entries: Iterator[Entry], summary: Summary) -> Iterator[Entry]:
    """The same entries, with a count on the terminal while they come; nothing when nobody looks."""
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"))
    if not console.is_terminal or sys.stdout.isatty():
        # Lines of records on the same terminal show progress well enough.
        yield from entries
        return
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("reading")
        for entry in entries:
            yield entry
            if summary.records % 1000 == 0:
                progress.update(task, description=f"{summary.records:,} records")


def _write(writer: ReportWriter, summary: Summary, report: Path) -> None:
    try:
        with report.open("wb") as out:
            writer.write(summary, out)
    except OSError as error:
        raise click.UsageError(f"cannot write {str(report)!r}: {error.strerror}") from error


def _hint(summary: Summary, files: list[str], *, raw: bool) -> None:
    malformed = summary.by_code.get(IssueCode.CORRUPT_JSON_MALFORMED)
    if not raw and malformed is not None and any(name.endswith(".json") for name in files):
        click.echo("Hint: every line was read as a record; use --raw when a file holds one record.", err=True)
    if summary.records == 0:
        click.echo("Hint: there was no record to judge.", err=True)
