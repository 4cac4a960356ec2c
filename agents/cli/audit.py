"""``assay audit``: prove from the topics alone that nothing was lost, doubled, invented or altered."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from assay.agents.audit import run_audit
from assay.agents.audit.screen import show
from assay.agents.audit.waiting import Progress as AuditProgress
from assay.agents.audit_metrics import write_audit_metrics
from assay.agents.clock import SystemClock
from assay.agents.settings import load_settings

from .main import FINDINGS


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option(
    "--group", metavar="GROUP", help="Consumer group whose offsets count; the detector's by default."
)
@click.option(
    "--journal",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What `assay generate --journal` wrote: check acknowledged records and expected verdicts too.",
)
@click.option(
    "--wait",
    "wait_s",
    type=click.FloatRange(min=0),
    default=0,
    metavar="SECONDS",
    help="First let the lanes reach the records that are there now, for so long each at most.",
)
@click.option("--no-payloads", is_flag=True, help="Leave sealed payloads sealed: for auditors without keys.")
@click.option(
    "--metrics",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write what was found there for Prometheus (*.prom, in the node exporter's textfile directory).",
)
def audit(
    *,
    as_json: bool,
    group: str | None,
    journal: Path | None,
    wait_s: float,
    no_payloads: bool,
    metrics: Path | None,
) -> None:
    """Account for every raw record, from the topics alone.

    Reads traces.raw, the outcome topics and the tallies with a client of its own, and checks that each raw
    record has exactly one outcome, unaltered, in order, under the right tenant, and counted by a tally; then
    the same of each failing trace and its classified record, whose issue facts must be those of its issues.

    Exit status: 0 nothing found, 1 findings, 3 Kafka is not reachable.
    """
    with _progress() as progress:
        report = run_audit(
            load_settings(),
            group=group,
            journal=journal,
            wait_s=wait_s,
            check_payloads=not no_payloads,
            progress=progress,
        )
    if metrics is not None:
        write_audit_metrics(report, metrics, SystemClock().now_ns())
    if as_json:
        click.echo(json.dumps(report.to_json(), indent=2))
    else:
        show(report, Console())
    if not report.ok:
        sys.exit(FINDINGS)


@contextmanager
def _progress() -> Iterator[AuditProgress]:
    """A bar per stage on the terminal's error stream; nothing where there is no terminal."""
    console = Console(stderr=True)
    bars = Progress(
        TextColumn("{task.description:>8}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    tasks = {}

    def advance(stage: str, done: int, total: int) -> None:
        if stage not in tasks:
            tasks[stage] = bars.add_task(stage)
        bars.update(tasks[stage], completed=done, total=total)

    with bars:
        yield advance
