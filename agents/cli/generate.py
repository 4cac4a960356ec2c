"""``assay generate``: publish made-up traces with known faults, or a file's lines, and keep the ground truth."""

import json
import signal
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from threading import Event
from types import FrameType

import click
from click.core import ParameterSource
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from assay.agents.clock import SystemClock
from assay.agents.generate import PublishResult, publish
from assay.agents.policy_files import load_policies
from assay.agents.settings import load_settings
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.generate import Generated, parse_mix
from assay.pipeline.generate import generate as make_up

from .inputs import find_files, read_records
from .main import FINDINGS
from .records_of_lines import records_of_lines

DEFAULT_COUNT = 10_000
ONLY_GENERATED = ("seed", "tenants", "faults", "fault_mix")


@click.command()
@click.option(
    "--count",
    type=click.IntRange(min=0),
    help=f"How many records. [default: {DEFAULT_COUNT}; with --from, all lines]",
)
@click.option(
    "--rate", type=click.FloatRange(min=0, min_open=True), help="Records per second. [default: no limit]"
)
@click.option("--seed", type=int, default=1, show_default=True, help="Same seed, same traces.")
@click.option("--tenants", type=click.IntRange(min=1), default=8, show_default=True, help="How many tenants.")
@click.option(
    "--faults",
    type=click.FloatRange(0, 1),
    default=0.03,
    show_default=True,
    help="Share of records with a fault.",
)
@click.option(
    "--fault-mix", metavar="CODE=WEIGHT,...", help="Which faults. [default: all, in plausible shares]"
)
@click.option(
    "--topic",
    default=TopicRole.RAW.value,
    show_default=True,
    help="Where to; ASSAY_TOPIC_PREFIX is put before it.",
)
@click.option(
    "--journal",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    metavar="FILE",
    help="Write there what became of each record, as JSON lines.",
)
@click.option(
    "--from", "source", metavar="FILE", help="Publish this file's lines as they are; - = standard input."
)
@click.option("--subject", metavar="NAME", help="With --from: the subject that the records' header names.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.pass_context
def generate(
    ctx: click.Context,
    *,
    count: int | None,
    rate: float | None,
    seed: int,
    tenants: int,
    faults: float,
    fault_mix: str | None,
    topic: str,
    journal: Path | None,
    source: str | None,
    subject: str | None,
    as_json: bool,
) -> None:
    """Publish traces to Kafka: made-up ones with a known share of faults, or the lines of a file."""
    _check_options(ctx, source, subject)
    settings = load_settings()
    tally: Counter[str] = Counter()
    total = DEFAULT_COUNT if count is None and source is None else count
    items: Iterable[Generated]
    if source is None:
        assert total is not None
        mix = None if fault_mix is None else parse_mix(fault_mix)
        now_ns = SystemClock().now_ns()
        items = make_up(seed, total, tenants=tenants, fault_share=faults, mix=mix, now_ns=now_ns)
    else:
        lines = read_records(find_files([source]), raw=False)
        chosen = None if subject is None else (load_policies(settings), subject)
        items = islice(records_of_lines((value for _, value in lines), chosen), total)
    full_topic = f"{settings.topic_prefix}{topic}"
    with _stop_on_signals() as stop, _progress(total, full_topic, quiet=as_json) as on_progress:
        result = publish(
            settings,
            _tallied(items, tally),
            topic=full_topic,
            journal=journal,
            rate=rate,
            on_progress=on_progress,
            stop=stop,
        )
    _print(result, full_topic, journal, tally, as_json=as_json)
    if result.refused or (result.unknown and not stop.is_set()):
        ctx.exit(FINDINGS)


def _check_options(ctx: click.Context, source: str | None, subject: str | None) -> None:
    if source is None and subject is not None:
        raise click.UsageError("--subject needs --from: generated traces say themselves what they are")
    given = [name for name in ONLY_GENERATED if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE]
    if source is not None and given:
        names = ", ".join(f"--{name.replace('_', '-')}" for name in given)
        raise click.UsageError(f"{names} cannot be used with --from: its records are published as they are")


def _tallied(items: Iterable[Generated], tally: Counter[str]) -> Iterator[Generated]:
    for item in items:
        if item.expected is not None:
            tally[item.expected.value] += 1
        yield item


@contextmanager
def _stop_on_signals() -> Iterator[Event]:
    """An event that SIGINT and SIGTERM set, so that what is under way is still acknowledged and written down."""
    stop = Event()

    def handle(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _progress(total: int | None, topic: str, *, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    hidden = quiet or not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=hidden) as progress:
        task = progress.add_task(f"publishing to {topic}", total=total)
        yield lambda _, acked: progress.update(task, completed=acked)


def _print(
    result: PublishResult, topic: str, journal: Path | None, tally: Counter[str], *, as_json: bool
) -> None:
    if as_json:
        document = {"topic": topic, **asdict(result), "expected": dict(sorted(tally.items()))}
        click.echo(json.dumps(document | {"journal": None if journal is None else str(journal)}))
        return
    pace = f" ({result.sent / result.seconds:,.0f}/s)" if result.seconds else ""
    click.echo(f"{result.sent:,} records to {topic} in {result.seconds:.1f} s{pace}")
    click.echo(f"  acknowledged  {result.acked:,}")
    for name, number in (("unknown", result.unknown), ("refused", result.refused)):
        if number:
            click.echo(f"  {name:<12}  {number:,}")
    if tally:
        click.echo(f"  with a fault  {tally.total():,}")
        width = max(map(len, tally))
        for code, number in tally.most_common():
            click.echo(f"    {code:<{width}}  {number:,}")
    if journal is not None:
        click.echo(f"  journal       {journal}")
