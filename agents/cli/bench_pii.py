"""``assay bench pii``: what the security detector finds and what it invents."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape

from assay.agents.bench.pii_bench import PiiPlan, bench_pii, security_detector
from assay.agents.bench.pii_tables import AGENT_RUNS, figure, mb_per_second
from assay.agents.bench.results import Results
from assay.agents.policy_files import load_policies
from assay.agents.settings import load_settings
from assay.pipeline.generate.corpus import DEFAULT_CASES, DEFAULT_SEED, ROWS, SECRETS, Half, Misjudged

from .bench_screen import goals_table, missed, number, plain_table, progress
from .choices import WordChoice
from .main import FINDINGS

REAL_RUNS = Path("../shared/data/agent-runs.jsonl")
"""Where real agent runs lie beside a checkout; made-up ones are used where there are none."""
SHOWN_CHARACTERS = 300
MEASURES = ("cases", "precision", "recall")


@click.command("pii")
@click.option(
    "--rounds", default=5, show_default=True, type=click.IntRange(1), help="How often speed is measured."
)
@click.option(
    "--cases",
    default=DEFAULT_CASES,
    show_default=True,
    type=click.IntRange(44),
    help="How many cases in each half of the corpus.",
)
@click.option("--seed", default=DEFAULT_SEED, show_default=True, type=int, help="Another seed, other values.")
@click.option(
    "--runs",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Agent runs to measure speed on, one a line; else those beside the checkout, else made-up ones.",
)
@click.option(
    "--show",
    type=WordChoice([Half.TUNING]),
    help="List what was judged wrongly in the tuning half. The measuring half stays unseen.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@click.pass_context
def pii(
    context: click.Context,
    *,
    rounds: int,
    cases: int,
    seed: int,
    runs: Path | None,
    show: Half | None,
    as_json: bool,
) -> None:
    """How much personal data and how many secrets the detector finds, how much it invents, and how quickly.

    On a corpus of made-up cases with known truth, in two halves: the detector's author may look into the tuning
    half; the goals are for the measuring half. Needs no Kafka. Exits with 1 when a goal is missed.
    """
    if runs is None and REAL_RUNS.is_file():
        runs = REAL_RUNS
    with progress("reading policies") as report:
        bundle = load_policies(load_settings())
        found = bench_pii(bundle, security_detector(bundle), PiiPlan(rounds, cases, seed, runs), report)
    results, mistakes = found.results, found.tuning_mistakes if show else ()
    if as_json:
        document = results.document()
        click.echo(json.dumps(document | ({"mistakes": _listed(mistakes)} if show else {}), indent=2))
    else:
        _show(results)
        if show:
            _show_mistakes(mistakes)
    if missed(results):
        context.exit(FINDINGS)


def _show(results: Results) -> None:
    console = Console()
    about = results.machine
    console.print(
        f"On {about['cpus']} CPUs, Python {about['python']}; agent runs: {about['agent_runs']}\n",
        highlight=False,
    )
    table = plain_table("type", numbers=tuple(f"{half}\n{each}" for half in Half for each in MEASURES))
    for row in ROWS:
        values = [results.series[figure(half, row, each)].median for half in Half for each in MEASURES]
        shown = [f"{value:.0f}" if place % 3 == 0 else f"{value:.4f}" for place, value in enumerate(values)]
        table.add_row(row, *shown, style="bold" if row == SECRETS else None)
    console.print(table)
    console.print()
    speeds = plain_table("speed", "unit", numbers=("median", "lowest", "highest"))
    for name in (AGENT_RUNS, *map(mb_per_second, Half)):
        speed = results.series[name].figure()
        speeds.add_row(name, speed.unit, *map(number, (speed.median, speed.min, speed.max)))
    console.print(speeds)
    console.print()
    console.print(goals_table(results))


def _show_mistakes(mistakes: Sequence[Misjudged]) -> None:
    """By tag first, then one by one."""
    console = Console()
    console.print(f"\nJudged wrongly in the tuning half: {len(mistakes)}\n", highlight=False)
    tags = Counter((each.code.value, each.mistake.value, tag) for each in mistakes for tag in each.case.tags)
    table = plain_table("code", "mistake", "tag", numbers=("cases",))
    for (code, mistake, tag), count in sorted(tags.items(), key=lambda item: (item[0][:2], -item[1])):
        table.add_row(code, mistake, tag, str(count))
    console.print(table)
    for each in mistakes:
        case = each.case
        about = f"{case.kind} {case.name}: {escape(', '.join(case.tags))}"
        console.print(f"\n[bold]{each.mistake} {each.code}[/] {about}", highlight=False, soft_wrap=True)
        console.print(escape(case.value.decode()[:SHOWN_CHARACTERS]), highlight=False, soft_wrap=True)


def _listed(mistakes: Sequence[Misjudged]) -> list[dict[str, Any]]:
    return [
        {
            "case": each.case.name,
            "kind": each.case.kind,
            "mistake": each.mistake,
            "code": each.code,
            "tags": list(each.case.tags),
            "document": each.case.document,
        }
        for each in mistakes
    ]
