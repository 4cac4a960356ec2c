"""``assay tasks complete``: a dry run, then the replay of all dead letters of the task."""

import json

import click

from assay.agents.replay.predict import Plan
from assay.agents.tasks_connected import At
from assay.pipeline.tasks import Task, TaskCommand

from .acting import as_json_option, who_options
from .main import FINDINGS
from .replay_plan import document_of, lines_of
from .replay_start import wait_option
from .tasks_options import report, run


@click.command()
@click.argument("name", metavar="TASK")
@click.option("--dry-run", is_flag=True, help="Only say how many dead letters would pass.")
@click.option(
    "--no-replay", is_flag=True, help="Nothing is to be replayed: the dead letters stay where they are."
)
@who_options
@wait_option
@as_json_option
@click.pass_context
def complete(
    ctx: click.Context,
    /,
    name: str,
    actor: str,
    reason: str,
    wait_s: int,
    *,
    dry_run: bool,
    no_replay: bool,
    as_json: bool,
) -> None:
    """Complete a task: its edit is applied to each of its dead letters, and those that pass go through traces.raw again.

    Those that would not pass under the bundle in use stay where they are. When none would, nothing is done.

    Exit status: 0; 1 when no dead letter would pass; 3 when nobody answers; 4 when it is refused.
    """
    plan, told = run(
        lambda at: _complete(at, name, (actor, reason), wait_s, replay=not no_replay, dry_run=dry_run)
    )
    if told is not None:
        if not as_json:
            click.echo("\n".join(lines_of(plan)))
        ctx.exit(report(*told, as_json=as_json, plan=document_of(plan)))
    click.echo(json.dumps({"plan": document_of(plan)}, indent=2) if as_json else "\n".join(lines_of(plan)))
    if not dry_run and not as_json:
        click.echo("Nothing was done: no dead letter would pass. assay tasks edit changes that.")
    ctx.exit(0 if plan.replays else FINDINGS)


async def _complete(
    at: At, name: str, who: tuple[str, str], wait_s: float, *, replay: bool, dry_run: bool
) -> tuple[Plan, tuple[TaskCommand, Task | None] | None]:
    return await at.complete(await at.task(name), who, wait_s, replay=replay, dry_run=dry_run)
