"""What the benchmarks share on a terminal: progress, numbers, goals."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.table import Table

from assay.agents.bench.results import Bound, Goal, Reached, Results
from assay.agents.devstack import Report

REACHED_STYLE = {Reached.MET: "green", Reached.MISSED: "bold red", Reached.NOT_MEASURED: "yellow"}


@contextmanager
def progress(first: str) -> Iterator[Report]:
    """One line on standard error that says what is being measured; standard output stays for the result."""
    console = Console(stderr=True)
    with console.status(first) as line:
        yield (
            lambda doing: line.update(doing) if console.is_terminal else console.print(doing, highlight=False)
        )


def plain_table(*headings: str, numbers: tuple[str, ...] = ()) -> Table:
    """A table without lines; the columns of ``numbers`` come last and stand to the right."""
    table = Table(*headings, box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for heading in numbers:
        table.add_column(heading, justify="right")
    return table


def goals_table(results: Results) -> Table:
    """Every goal: target, what was found, whether it is met."""
    goals = plain_table("goal", "target", "found", "")
    for goal in results.goals:
        goals.add_row(*_goal_row(results, goal))
    return goals


def missed(results: Results) -> bool:
    """Whether any goal that was measured is missed: the exit status says so."""
    return any(results.reached(goal) is Reached.MISSED for goal in results.goals)


def number(value: float) -> str:
    """With as many digits as it deserves."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _goal_row(results: Results, goal: Goal) -> tuple[str, str, str, str]:
    reached, value = results.reached(goal), results.value(goal.measure)
    sign = "≥" if goal.bound is Bound.AT_LEAST else "≤"
    return (
        goal.words,
        f"{sign} {number(goal.target)}",
        "-" if value is None else number(value),
        f"[{REACHED_STYLE[reached]}]{reached}[/]",
    )
