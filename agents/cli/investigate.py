"""``assay investigate``: what went wrong lately, how it stands, and what to do next."""

import json
from collections.abc import Iterator

import click

from assay.agents.investigate.groups import Wanted
from assay.agents.investigate.groups import investigate as look
from assay.agents.moments import FORMS
from assay.agents.settings import load_settings
from assay.pipeline.core.clock import rfc3339
from assay.pipeline.core.issue import Severity
from assay.pipeline.investigate.investigated import Investigated, next_steps

from .acting import as_json_option, quiet
from .choices import WordChoice
from .investigate_progress import progress
from .moments import Moment

MOST_NAMED = 3


@click.command()
@click.option("--severity", type=WordChoice(Severity), help="Only issues as bad as this.")
@click.option(
    "--since",
    "since_ns",
    type=Moment(),
    default="1h",
    show_default=True,
    help=f"Seen then or later: {FORMS}.",
)
@click.option("--tenant", default="", metavar="ID", help="Only issues of this tenant's traces.")
@click.option("--code", default="", metavar="CODE", help="Only issues of this code.")
@click.option(
    "--limit", default=20, show_default=True, type=click.IntRange(1, 10_000), help="Groups shown at most."
)
@as_json_option
def investigate(
    severity: Severity | None, since_ns: int, tenant: str, code: str, limit: int, *, as_json: bool
) -> None:
    """Show the issue groups of a window of time: how often, whose, by which producers, how they stand, what to do next.

    From the topics alone; no trace is opened, and no value of one is shown.

    Exit status: 0, or 3 when Kafka is not reachable.
    """
    quiet()
    wanted = Wanted(since_ns, severity, tenant, code)
    with progress() as told:
        found = look(load_settings(), wanted, told)
    if as_json:
        document = {
            "since": rfc3339(since_ns),
            "groups": [each.document() for each in found[:limit]],
            "groups_total": len(found),
        }
        click.echo(json.dumps(document, indent=2))
        return
    click.echo(_summary(found, since_ns))
    for each in found[:limit]:
        click.echo("")
        click.echo("\n".join(_lines(each)))
    if len(found) > limit:
        click.echo(f"\n{len(found) - limit} more groups: --limit, --severity, --tenant or --code")


def _summary(found: list[Investigated], since_ns: int) -> str:
    if not found:
        return f"No issues since {_short(rfc3339(since_ns))}."
    traces = sum(each.window.traces for each in found)
    return f"{len(found)} issue groups since {_short(rfc3339(since_ns))}, seen {traces:,} times."


def _lines(found: Investigated) -> Iterator[str]:
    window, standing = found.window, found.standing
    status = standing.status if standing else "no group yet"
    yield f"{window.fingerprint}  {window.severity} {window.code}  {status}"
    yield f"  where       {window.path or 'the whole trace'} of {window.subject}"
    yield f"  how often   {window.traces:,} traces, {window.issues:,} issues; first {_short(window.first_seen)}, last {_short(window.last_seen)}"
    yield f"  whose       {_most(dict(window.tenants))}"
    yield f"  producers   {_most({f'{name} {version}': n for (name, version), n in window.producers.items()})}"
    yield f"  samples     {', '.join(window.sources)}"
    if standing:
        yield f"  group       episode {standing.episode}, {standing.count:,} traces in all, for {standing.assigned_to or standing.team}"
        yield f"  first bad   {standing.first_bad}, {standing.first_bad_source}"
    if task := found.task:
        yield f"  task        {task.task_id} {task.priority} {task.status}, {task.dead_letters:,} dead letters, {task.assigned_to}"
    if escalation := found.escalation:
        coming = f"; next step {_short(escalation.next_step_at)}" if escalation.next_step_at else ""
        yield f"  escalation  {escalation.phase}, called {', '.join(escalation.called) or 'nobody'}{coming}"
    for number, step in enumerate(next_steps(found)):
        yield f"  {'next' if not number else '':<11} {step.command}  # {step.why}"


def _most(counts: dict[str, int]) -> str:
    """The most frequent ones."""
    ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    shown = ", ".join(f"{name} ({count:,})" for name, count in ordered[:MOST_NAMED])
    return shown if len(ordered) <= MOST_NAMED else f"{shown} and {len(ordered) - MOST_NAMED} more"


def _short(at: str) -> str:
    return f"{at[:19]}Z"
