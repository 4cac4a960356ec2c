"""``assay demo``: the main job once, on a real Kafka, with a proof at the end."""

from pathlib import Path

import click
from rich.console import Console

from assay.agents.clock import SystemClock
from assay.agents.demo import DemoPlan, DemoResult, Load, run_demo
from assay.agents.demo.display import display_on
from assay.agents.demo.pace import MOST
from assay.agents.demo.screen import show, show_next
from assay.agents.demo.story import make_story
from assay.agents.policy_files import load_policies
from assay.agents.settings import load_settings
from assay.pipeline.generate import generate
from assay.pipeline.policy.bundle import Bundle

from .inputs import read_records
from .main import FINDINGS
from .records_of_lines import records_of_lines

SEED, TENANTS, FAULT_SHARE = 1, 8, 0.03
NARROWEST = 120
"""Columns for a table that goes into a file or a pipe."""


@click.command()
@click.option(
    "--traces",
    type=click.IntRange(min=0),
    default=100_000,
    show_default=True,
    help="How many made-up traces; three in a hundred of them have a known fault.",
)
@click.option(
    "--data",
    multiple=True,
    metavar="FILE[:SUBJECT]",
    help="Publish this file's lines too, as they are; can be given again. Without a subject they say themselves "
    "what they are.",
)
@click.option(
    "--rate",
    type=click.FloatRange(min=1),
    help=f"Traces published in a second. [default: as many as the worker follows, at most {MOST:,.0f}]",
)
@click.option(
    "--processes", type=click.IntRange(1, 64), default=1, show_default=True, help="How many worker processes."
)
@click.option(
    "--stay",
    is_flag=True,
    help="After the report leave everything running until Ctrl-C, and serve the page with a little traffic on it.",
)
@click.option(
    "--keep", is_flag=True, help="Leave this run's topics and journal behind; else they are removed."
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.pass_context
def demo(
    ctx: click.Context,
    *,
    traces: int,
    data: tuple[str, ...],
    rate: float | None,
    processes: int,
    stay: bool,
    keep: bool,
    as_json: bool,
) -> None:
    """Start Kafka, Valkey and a worker with all agents, publish traces, and follow them through the whole loop.

    They are judged, repaired or contained; a person's task is done and its traces are replayed; a webhook on this
    machine is called. Then it is proved from the topics alone that nothing was lost, and all is cleaned up.

    Uses the stack of ASSAY_HOME whatever Kafka the settings name, on topics of its own. Stops at the end what it
    started, and nothing else. Writes demo-report.json into ASSAY_HOME.

    Exit status: 0 all accounted for and every fault found, 1 not so, 2 wrong usage, 3 Java, Maven or Kafka is not
    there, 4 another demo runs in this home.
    """
    settings = load_settings()
    bundle = load_policies(settings)
    loads = (*_made_up(traces), *(_from_file(text, bundle) for text in data))
    if not sum(load.count for load in loads):
        raise click.UsageError("there is nothing to publish: --traces is 0, and no --data has a line")
    story = make_story(SEED, SystemClock().now_ns())
    plan = DemoPlan((story.load, *loads), rate, processes, stay, keep)
    console = Console()

    def print_result(result: DemoResult, report: Path) -> None:
        if as_json:
            click.echo(report.read_bytes(), nl=False)
            return
        if not console.is_terminal:
            console.width = max(console.width, NARROWEST)
        show(result, console)
        show_next(result.name, report, console, there=keep or stay)
        if stay:
            console.print("\nEverything stays up until Ctrl-C.")

    try:
        with display_on(Console(stderr=True)) as display:
            failures = run_demo(plan, story, settings.home, display, print_result)
    except KeyboardInterrupt:
        click.echo("interrupted: everything that the demo started is stopped", err=True)
        ctx.exit(FINDINGS)
    for failure in failures:
        click.echo(f"assay: {failure}", err=True)
    if failures:
        ctx.exit(FINDINGS)


def _made_up(count: int) -> tuple[Load, ...]:
    if not count:
        return ()
    items = generate(SEED, count, tenants=TENANTS, fault_share=FAULT_SHARE, now_ns=SystemClock().now_ns())
    return (Load(f"made up, {FAULT_SHARE:.0%} with a fault", count, items),)


def _from_file(text: str, bundle: Bundle) -> Load:
    """Raises ``click.BadParameter`` for a file that is not there, ``ConfigError`` for an unknown subject."""
    name, subject = _file_and_subject(text)
    if not Path(name).is_file():
        raise click.BadParameter(f"no such file: {name!r}", param_hint="--data")
    items = records_of_lines(
        (value for _, value in read_records([name], raw=False)),
        None if subject is None else (bundle, subject),
    )
    count = sum(1 for _ in read_records([name], raw=False))
    return Load(f"{name} as {subject}" if subject else name, count, items)


def _file_and_subject(text: str) -> tuple[str, str | None]:
    """The part after the last colon is the subject, unless the whole is a file's name."""
    name, colon, subject = text.rpartition(":")
    if not colon or Path(text).is_file():
        return text, None
    return name, subject
