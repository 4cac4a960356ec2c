"""``assay patterns``: what failing traces have in common that passing ones do not."""

import json
from collections.abc import Iterator

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from assay.agents.investigate.compare import Compared, compare_traces
from assay.agents.investigate.compared import compared_document
from assay.agents.investigate.failing import Asked
from assay.agents.moments import FORMS
from assay.agents.settings import load_settings
from assay.pipeline.core.clock import rfc3339
from assay.pipeline.investigate.patterns import MOST_CHANCE, Pattern

from .acting import as_json_option, quiet
from .investigate_progress import progress
from .moments import Moment

MOST_ISSUES = 10
COLUMNS = ("what", "failing", "passing", "lift", "chance", "corrected")


@click.command()
@click.option(
    "--trace-ids",
    "trace_ids",
    multiple=True,
    metavar="ID,…",
    help="Failing traces: ids or topic/partition/offset of raw records, with commas between; may be repeated.",
)
@click.option("--fingerprint", default="", metavar="HEX", help="Failing traces with this problem.")
@click.option(
    "--since",
    "since_ns",
    type=Moment(),
    default="24h",
    show_default=True,
    help=f"Failed then or later: {FORMS}.",
)
@click.option("--tenant", default="", metavar="ID", help="Only traces of this tenant, on both sides.")
@click.option(
    "--failing",
    default=2000,
    show_default=True,
    type=click.IntRange(1, 20_000),
    help="Failing traces at most; the newest.",
)
@click.option(
    "--passing",
    default=2000,
    show_default=True,
    type=click.IntRange(1, 20_000),
    help="Passing traces drawn at most.",
)
@click.option(
    "--support",
    default=5,
    show_default=True,
    type=click.IntRange(2, 10_000),
    help="What fewer traces have is not looked at.",
)
@as_json_option
def patterns(
    *,
    trace_ids: tuple[str, ...],
    fingerprint: str,
    since_ns: int,
    tenant: str,
    failing: int,
    passing: int,
    support: int,
    as_json: bool,
) -> None:
    """Compare failing traces with passing ones of the same time, and show what the failing ones have more often.

    Looked at: producer and version, tenant, topic and partition, hour, subject and version, status, the dimensions that
    subjects declare, and which members a trace has. Each row is a table of four counts; its chance is that of Fisher's
    exact test, one-sided, and the corrected one is Holm's for all rows that were tested. What is shown is no cause yet.
    Nothing of a trace is shown but values of declared dimensions.

    Exit status: 0 looked, 1 none of these traces failed in the window, 3 Kafka is not reachable.
    """
    named = frozenset(name.strip() for part in trace_ids for name in part.split(",") if name.strip())
    if bool(named) == bool(fingerprint):
        raise click.UsageError("say which traces: --trace-ids or --fingerprint")
    quiet()
    asked = Asked(since_ns, named, fingerprint, tenant, failing)
    with progress() as told:
        found = compare_traces(load_settings(), asked, passing=passing, support=support, progress=told)
    if as_json:
        click.echo(json.dumps(compared_document(found, asked), indent=2))
    else:
        _show(found, asked, support)
    if not found.sample.failing:
        click.get_current_context().exit(1)


def _show(found: Compared, asked: Asked, support: int) -> None:
    console = Console(width=140)
    for line in _head(found, asked):
        console.print(Text(line))
    comparison = found.comparison
    if not comparison.patterns:
        console.print(Text(_nothing(found, support)))
        return
    table = Table(*COLUMNS, box=box.SIMPLE_HEAD)
    for each in comparison.patterns:
        table.add_row(*map(Text, _row(each)))
    console.print(table)
    console.print(
        Text(
            f"{comparison.tested} traits were tested; shown are those with a corrected chance of at most {MOST_CHANCE}."
            " Rows may say the same thing twice, and none says why."
        )
    )


def _head(found: Compared, asked: Asked) -> Iterator[str]:
    sample = found.sample
    yield f"{sample.failing:,} failing traces since {rfc3339(asked.since_ns)[:19]}Z; of {sample.opened:,} the raw record was read."
    yield f"{sample.passing:,} passing traces, drawn evenly from {sample.passing_offsets:,} offsets of the same time."
    if sample.not_found:
        yield f"Not among failing traces: {', '.join(sample.not_found)}"
    if found.comparison.left_out:
        yield f"Left out, for they have too many values: {', '.join(found.comparison.left_out)}"
    for code, path, count in found.issues[:MOST_ISSUES]:
        yield f"  {count:>6,} have {code} at {path or 'the whole trace'}"
    if len(found.issues) > MOST_ISSUES:
        yield f"  and {len(found.issues) - MOST_ISSUES} further issues: --json lists all"


def _nothing(found: Compared, support: int) -> str:
    sample = found.sample
    if not sample.failing:
        return "None of these traces failed in this time: --since looks further back."
    if not sample.passing:
        return "No trace passed in this time, so there is nothing to compare with."
    if sample.failing < support:
        return f"Fewer than {support} failing traces say nothing beyond themselves: assay trace show tells their story."
    return f"Nothing that chance would not show as well ({found.comparison.tested} traits were tested)."


def _row(found: Pattern) -> Iterator[str]:
    table = found.table
    yield (
        f"{found.trait.dimension} {found.trait.value}"
        if found.trait.dimension.startswith("field ")
        else f"{found.trait.dimension} = {found.trait.value}"
    )
    yield f"{table.failing_with:,} of {table.failing_with + table.failing_without:,} ({table.failing_share:.0%})"
    yield f"{table.passing_with:,} of {table.passing_with + table.passing_without:,} ({table.passing_share:.1%})"
    yield "only here" if table.lift is None else f"{table.lift:,.1f} x"
    yield f"{found.chance:.1e}"
    yield f"{found.corrected:.1e}"
