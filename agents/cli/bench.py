"""``assay bench``: speed beside other stream processors in one run, and what detection finds."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import click
from rich.console import Console

from assay.agents.bench.api_bench import ApiPlan, bench_api
from assay.agents.bench.api_records import Filling
from assay.agents.bench.broker import broker
from assay.agents.bench.detect_bench import DetectPlan, bench_detect
from assay.agents.bench.gate_bench import bench_gate
from assay.agents.bench.lane_bench import LanePlan, bench_lane
from assay.agents.bench.loop_bench import LoopPlan, bench_loop
from assay.agents.bench.micro_bench import bench_micro
from assay.agents.bench.peers import DETECT_PEERS, LANE_PEERS, Peer, installed
from assay.agents.bench.results import Results
from assay.agents.logs import set_up_logging
from assay.agents.policy_files import load_policies
from assay.agents.settings import load_settings

from .bench_pii import pii
from .bench_screen import goals_table, missed, number, plain_table, progress
from .main import FINDINGS

F = TypeVar("F", bound=Callable[..., Any])


class PeerNames(click.ParamType):
    """Comma-separated names of peers."""

    name = "peers"

    def __init__(self, table: Mapping[str, Peer]) -> None:
        self._table = table

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """The names in the table's order, each once."""
        if isinstance(value, tuple):
            return value
        wanted = {name.strip() for name in str(value).split(",") if name.strip()}
        unknown = sorted(wanted - self._table.keys())
        if unknown or not wanted:
            self.fail(
                f"{', '.join(unknown) or 'nothing'} is no peer; there are: {', '.join(self._table)}",
                param,
                ctx,
            )
        return tuple(name for name in self._table if name in wanted)


def rounds_option(default: int) -> Callable[[F], F]:
    """``--rounds``."""
    return click.option(
        "--rounds",
        default=default,
        show_default=True,
        type=click.IntRange(1),
        help="How often each takes its turn.",
    )


def records_option(default: int) -> Callable[[F], F]:
    """``--records``."""
    return click.option(
        "--records",
        default=default,
        show_default=True,
        type=click.IntRange(1000),
        help="How many records in a round.",
    )


def peers_option(table: Mapping[str, Peer]) -> Callable[[F], F]:
    """``--peers``."""
    return click.option(
        "--peers",
        default=",".join(table),
        show_default=True,
        type=PeerNames(table),
        help="Whom to measure, comma separated.",
    )


skip_latency_option = click.option("--skip-latency", is_flag=True, help="Measure throughput only.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")


@click.group("bench", invoke_without_command=True)
@click.pass_context
def bench(context: click.Context) -> None:
    """Measure speed and detection; without a name: all benchmarks."""
    if context.invoked_subcommand is None:
        statuses = [_status(context, each) for each in (micro, gate, lane, detect, loop, api, pii)]
        context.exit(max(statuses))


def _status(context: click.Context, benchmark: click.Command) -> int:
    """The exit status of a benchmark: one that misses a goal must not keep the next from running."""
    try:
        context.invoke(benchmark)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    return 0


bench.add_command(pii)


@bench.command("lane")
@rounds_option(5)
@records_option(100_000)
@peers_option(LANE_PEERS)
@skip_latency_option
@json_option
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
    present = _present(LANE_PEERS, peers)
    plan = LanePlan(rounds, records, present, latency=not skip_latency and "lane" in present)
    with progress("looking for a broker") as report, broker(load_settings(), report) as settings:
        results = bench_lane(settings, plan, report)
    _tell(context, results, as_json=as_json)


@bench.command("detect")
@rounds_option(5)
@records_option(100_000)
@peers_option(DETECT_PEERS)
@skip_latency_option
@click.option(
    "--soak",
    default=0.0,
    show_default=True,
    type=click.FloatRange(0),
    help="Watch the worker's memory for so many seconds at half load; 600 shows whether it stays flat.",
)
@json_option
@click.pass_context
def detect(
    context: click.Context,
    rounds: int,
    records: int,
    peers: tuple[str, ...],
    *,
    skip_latency: bool,
    soak: float,
    as_json: bool,
) -> None:
    """The lane with all detectors beside peers that do the same checks: Faust as a tutorial would, others with our libraries.

    Then nothing but faulty traces against none, the latency at half load, and with --soak the memory.
    Exits with 1 when a goal is missed.
    """
    set_up_logging("ERROR")
    present = _present(DETECT_PEERS, peers)
    plan = DetectPlan(rounds, records, present, latency=not skip_latency, soak_s=soak)
    with progress("looking for a broker") as report, broker(load_settings(), report) as settings:
        results = bench_detect(settings, plan, report)
    _tell(context, results, as_json=as_json)


@bench.command("loop")
@rounds_option(3)
@records_option(30_000)
@skip_latency_option
@json_option
@click.pass_context
def loop(context: click.Context, rounds: int, records: int, *, skip_latency: bool, as_json: bool) -> None:
    """All three lanes in one worker: nothing but faulty traces against none, and how soon a failing trace has its end.

    Detector, classifier and auto-remediation share a process, as in a worker. Then the time from a producer's call
    to the committed outcome, through one lane and through three, at half of their throughput. Exits with 1 when a
    goal is missed.
    """
    set_up_logging("ERROR")
    plan = LoopPlan(rounds, records, latency=not skip_latency)
    with progress("looking for a broker") as report, broker(load_settings(), report) as settings:
        results = bench_loop(settings, plan, report)
    _tell(context, results, as_json=as_json)


@bench.command("micro")
@rounds_option(9)
@records_option(4_000)
@json_option
@click.pass_context
def micro(context: click.Context, rounds: int, records: int, *, as_json: bool) -> None:
    """What each stage costs a trace, in microseconds of CPU: decode, each detector, writing. Needs no Kafka."""
    set_up_logging("ERROR")
    _tell(context, bench_micro(load_policies(load_settings()), rounds, records), as_json=as_json)


@bench.command("gate")
@rounds_option(5)
@records_option(4_000)
@json_option
@click.pass_context
def gate(context: click.Context, rounds: int, records: int, *, as_json: bool) -> None:
    """What the gate costs a producer: traces of 10 KB through TraceQualityGate in this process. Needs no Kafka.

    Exits with 1 when a goal is missed.
    """
    set_up_logging("ERROR")
    _tell(context, bench_gate(load_policies(load_settings()), rounds, records), as_json=as_json)


@bench.command("api")
@rounds_option(3)
@click.option("--groups", default=100_000, show_default=True, type=click.IntRange(1), help="Issue groups.")
@click.option(
    "--traces", default=1_000_000, show_default=True, type=click.IntRange(1), help="Contained traces."
)
@json_option
@click.pass_context
def api(context: click.Context, rounds: int, groups: int, traces: int, *, as_json: bool) -> None:
    """The API on full views: how soon each view answers, and how many reads a second of the server's CPU can do.

    The views are filled as their agents would, and `assay serve` runs as a process of its own, anew in each round; times
    are those of a client on this machine. Takes minutes and some gigabytes of Redis' memory. Exits with 1 when a goal is
    missed.
    """
    set_up_logging("ERROR")
    plan = ApiPlan(rounds, Filling(groups, traces))
    with progress("looking for a broker") as report, broker(load_settings(), report) as settings:
        results = bench_api(settings, plan, report)
    _tell(context, results, as_json=as_json)


def _present(table: Mapping[str, Peer], peers: Sequence[str]) -> list[str]:
    """Those of the peers that are installed; says which are not."""
    for peer in peers:
        if not installed(table[peer]):
            click.echo(
                f"{peer} is left out: {table[peer].requires} is not installed (pip install 'assay[bench]')",
                err=True,
            )
    return [peer for peer in peers if installed(table[peer])]


def _tell(context: click.Context, results: Results, *, as_json: bool) -> None:
    """Print the results; a missed goal shows in the exit status."""
    if as_json:
        click.echo(json.dumps(results.document(), indent=2))
    else:
        _show(results)
    if missed(results):
        context.exit(FINDINGS)


def _show(results: Results) -> None:
    console = Console()
    about = results.machine
    console.print(
        f"Rounds: {results.rounds}, on {about['cpus']} CPUs, Python {about['python']}"
        + (f", Kafka {about['kafka']}\n" if "kafka" in about else "\n"),
        highlight=False,
    )
    table = plain_table("figure", "unit", numbers=("median", "lowest", "highest"))
    for name, series in results.figures().items():
        found = series.figure()
        table.add_row(name, found.unit, *(number(value) for value in (found.median, found.min, found.max)))
    console.print(table)
    if results.goals:
        console.print()
        console.print(goals_table(results))
