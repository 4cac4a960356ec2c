"""``assay bench``: speed, measured beside other stream processors in one run."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.table import Table

from assay.agents.bench.broker import broker
from assay.agents.bench.lane_bench import LanePlan, bench_lane
from assay.agents.bench.peers import LANE_PEERS, installed
from assay.agents.bench.results import Bound, Goal, Reached, Results
from assay.agents.devstack import Report
from assay.agents.logs import set_up_logging
from assay.agents.settings import load_settings

from .main import FINDINGS

REACHED_STYLE = {Reached.MET: "green", Reached.MISSED: "bold red", Reached.NOT_MEASURED: "yellow"}


class PeerNames(click.ParamType):
    """Comma-separated names of peers."""

    name = "peers"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """The names in the table's order, each once."""
        if isinstance(value, tuple):
            return value
        wanted = {name.strip() for name in str(value).split(",") if name.strip()}
        unknown = sorted(wanted - LANE_PEERS.keys())
        if unknown or not wanted:
            self.fail(
                f"{', '.join(unknown) or 'nothing'} is no peer; there are: {', '.join(LANE_PEERS)}",
                param,
                ctx,
            )
        return tuple(name for name in LANE_PEERS if name in wanted)


@click.group("bench", invoke_without_command=True)
@click.pass_context
def bench(context: click.Context) -> None:
    """Measure speed beside other stream processors; without a name: all benchmarks."""
    if context.invoked_subcommand is None:
        context.invoke(lane)


@bench.command("lane")
@click.option(
    "--rounds", default=5, show_default=True, type=click.IntRange(1), help="How often each takes its turn."
)
@click.option(
    "--records",
    default=100_000,
    show_default=True,
    type=click.IntRange(1000),
    help="How many records in a round.",
)
@click.option(
    "--peers",
    default=",".join(LANE_PEERS),
    show_default=True,
    type=PeerNames(),
    help="Whom to measure, comma separated.",
)
@click.option("--skip-latency", is_flag=True, help="Measure throughput only.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@click.pass_context
def lane(
    context: click.Context,
    rounds: int,
    records: int,
    peers: tuple[str, ...],
    *,
    skip_latency: bool,
    as_json: bool,
) -> None:
    """The detector lane beside a bare loop, Faust, Quix Streams and others, on the same broker and input.

    Each runs in a process of its own, in turn; figures are medians over the rounds. Then the time from a
    producer's call to the committed outcome at half of the lane's throughput. Exits with 1 when a goal is missed.
    """
    set_up_logging("ERROR")
    present = [peer for peer in peers if installed(LANE_PEERS[peer])]
    missing = [peer for peer in peers if peer not in present]
    plan = LanePlan(rounds, records, present, latency=not skip_latency and "lane" in present)
    for peer in missing:
        click.echo(
            f"{peer} is left out: {LANE_PEERS[peer].requires} is not installed (pip install 'assay[bench]')",
            err=True,
        )
    with _progress() as report, broker(load_settings(), report) as settings:
        results = bench_lane(settings, plan, report)
    if as_json:
        click.echo(json.dumps(results.document(), indent=2))
    else:
        _show(results)
    if any(results.reached(goal) is Reached.MISSED for goal in results.goals):
        context.exit(FINDINGS)


@contextmanager
def _progress() -> Iterator[Report]:
    """One line on standard error that says what is being measured; standard output stays for the result."""
    console = Console(stderr=True)
    with console.status("looking for a broker") as line:
        yield (
            lambda doing: line.update(doing) if console.is_terminal else console.print(doing, highlight=False)
        )


def _show(results: Results) -> None:
    console = Console()
    about = results.machine
    console.print(
        f"Rounds: {results.rounds}, on {about['cpus']} CPUs, Python {about['python']}, Kafka {about['kafka']}\n",
        highlight=False,
    )
    table = Table("figure", "unit", box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for heading in ("median", "lowest", "highest"):
        table.add_column(heading, justify="right")
    for name, series in results.figures().items():
        found = series.figure()
        table.add_row(name, found.unit, *(_number(value) for value in (found.median, found.min, found.max)))
    console.print(table)
    console.print()
    goals = Table("goal", "target", "found", "", box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for goal in results.goals:
        goals.add_row(*_goal_row(results, goal))
    console.print(goals)


def _goal_row(results: Results, goal: Goal) -> tuple[str, str, str, str]:
    reached, value = results.reached(goal), results.value(goal.measure)
    sign = "≥" if goal.bound is Bound.AT_LEAST else "≤"
    return (
        goal.words,
        f"{sign} {_number(goal.target)}",
        "-" if value is None else _number(value),
        f"[{REACHED_STYLE[reached]}]{reached}[/]",
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
