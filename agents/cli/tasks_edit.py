"""``assay tasks edit``: look at a trace, see what rules propose, try a change on all dead letters, keep it."""

import json
from pathlib import Path
from typing import Any

import click

from assay.agents.replay.predict import Plan
from assay.agents.task_desk import Looked, sealed_patch, stored_edit
from assay.agents.tasks_connected import At
from assay.pipeline.core.errors import RefusedError
from assay.pipeline.replay import Edit, EditKind
from assay.pipeline.replay.edit import EditError, read_patch
from assay.pipeline.tasks import Happening, Task, TaskCommand

from .acting import as_json_option, who_options
from .main import FINDINGS
from .replay_plan import document_of, lines_of
from .replay_start import wait_option
from .tasks_options import report, run


@click.command()
@click.argument("name", metavar="TASK")
@click.option(
    "--patch",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="A JSON Patch (RFC 6902) for every trace of the task. It is kept sealed.",
)
@click.option("--rule", default="", metavar="NAME", help="A remediation rule for every trace of the task.")
@click.option("--check", is_flag=True, help="Only say how many dead letters would pass; keep nothing.")
@who_options
@wait_option
@as_json_option
@click.pass_context
def edit(
    ctx: click.Context,
    /,
    *,
    name: str,
    patch: Path | None,
    rule: str,
    actor: str,
    reason: str,
    wait_s: int,
    check: bool,
    as_json: bool,
) -> None:
    """Change what completing the task will do to its traces; without a change, show one of them.

    Showing a trace needs ASSAY_MAY_OPEN_TRACES; the audit log holds who opened it, and why, before it is opened.
    With it come the patches that the remediation rules propose. A change is tried on all dead letters of the task
    first, under the bundle in use; assay tasks complete applies it.

    Exit status: 0; 1 when no dead letter would pass; 3 when Kafka does not answer; 4 when it is refused.
    """
    if patch is not None and rule:
        raise click.UsageError("give --patch or --rule, not both")
    who = (actor, reason)
    if patch is None and not rule and not check:
        _shown(run(lambda at: _look(at, name, who)), as_json=as_json)
        return
    text = patch.read_bytes() if patch is not None else None
    try:
        if text is not None:
            read_patch(text)
        plan, told = run(lambda at: _try(at, name, (text, rule), who, None if check else wait_s))
    except EditError as error:
        raise click.UsageError(str(error)) from None
    if told is None:
        click.echo(json.dumps(document_of(plan), indent=2) if as_json else "\n".join(lines_of(plan)))
        ctx.exit(0 if plan.replays else FINDINGS)
    if not as_json:
        click.echo("\n".join(lines_of(plan)))
    status = report(*told, as_json=as_json, plan=document_of(plan))
    ctx.exit(status or (0 if plan.replays else FINDINGS))


async def _look(at: At, name: str, who: tuple[str, str]) -> Looked:
    task = await at.task(name)
    if not at.settings.may_open_traces:
        raise RefusedError(
            "commands on this machine may not open traces: set ASSAY_MAY_OPEN_TRACES where people may see them"
        )
    return (await at.look(task, who)).looked


async def _try(
    at: At,
    name: str,
    change: tuple[bytes | None, str],
    who: tuple[str, str],
    wait_s: float | None,
) -> tuple[Plan, tuple[TaskCommand, Task | None] | None]:
    task = await at.task(name)
    edited = _edit_of(at, task, *change)
    plan = await at.desk.plan(task, edited)
    if wait_s is None or edited is None:
        return plan, None
    return plan, await at.tell(task, Happening.EDIT, who, wait_s, edit=edited.to_json())


def _edit_of(at: At, task: Task, text: bytes | None, rule: str) -> Edit | None:
    if text is not None:
        return sealed_patch(task, text, at.keys)
    return Edit(EditKind.RULE, rule) if rule else stored_edit(task)


def _shown(looked: Looked, *, as_json: bool) -> None:
    document: dict[str, Any] = {
        "source": looked.source,
        "value": (looked.value or b"").decode("utf-8", "replace"),
        "issues": [
            {
                "code": issue.code.value,
                "path": issue.path,
                "message": issue.message,
                "blocking": issue.blocking,
            }
            for issue in looked.issues
        ],
        "proposals": [{"rule": one.rule, "patch": one.patch} for one in looked.proposals],
    }
    if as_json:
        click.echo(json.dumps(document, indent=2))
        return
    click.echo(f"trace {looked.source}")
    # JSON's form of a text has no control characters: what a producer sent cannot steer the terminal.
    click.echo(json.dumps(document["value"]))
    for issue in looked.issues:
        click.echo(f"  {issue.code} at {json.dumps(issue.path)}: {issue.message}")
    for one in looked.proposals:
        click.echo(f"  {one.rule} proposes {json.dumps(one.patch)}")
