"""``assay tenants report``: what a tenant is told of the quality of its traces."""

import asyncio
import sys
from pathlib import Path

import click

from assay.agents.clock import SystemClock
from assay.agents.moments import FORMS
from assay.agents.report import Form, gather, render
from assay.agents.settings import load_settings
from assay.pipeline.core.clock import NANOS_PER_SECOND
from assay.pipeline.report.tenant import window_of

from .acting import quiet
from .choices import WordChoice
from .investigate_progress import progress
from .main import FINDINGS
from .moments import Moment


@click.command("report")
@click.argument("tenant")
@click.option(
    "--format",
    "form",
    type=WordChoice(Form),
    default=Form.MARKDOWN,
    show_default="markdown",
    help="The form of the report.",
)
@click.option(
    "--since",
    "since_ns",
    type=Moment(),
    default="7d",
    show_default=True,
    help=f"From the hour of that time on: {FORMS}. Compared with as long a time before.",
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write to this file instead of standard output.",
)
@click.pass_context
def report_of_tenant(
    context: click.Context, tenant: str, form: Form, since_ns: int, output: Path | None
) -> None:
    """Write the quality report of a TENANT: score, problems with every trace that has them, what to do, how it develops.

    Of 100, each trace that did not pass costs what its worst problem costs: critical 1, high 0.7, medium 0.4,
    low 0.2; one that passed with a warning 0.05. The report holds no value of a trace.

    Exit status: 0; 1 when no trace of the tenant was judged in this time; 3 Kafka is not reachable.
    """
    if form is Form.PDF and output is None and sys.stdout.isatty():
        raise click.UsageError("a PDF is not for a terminal: name a file with --output")
    quiet()
    settings, now_ns = load_settings(), SystemClock().now_ns()
    window = window_of(since_ns // NANOS_PER_SECOND, now_ns // NANOS_PER_SECOND)
    with progress() as told:
        report = asyncio.run(gather(settings, tenant, window, now_ns, told))
    content = render(report, form, settings).content
    if output is None:
        click.echo(content, nl=not content.endswith(b"\n"))
    else:
        output.write_bytes(content)
    if report.quality_score is None:
        context.exit(FINDINGS)
