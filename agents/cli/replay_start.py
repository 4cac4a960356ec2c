"""``assay replay start``."""

import asyncio
import json
from dataclasses import replace
from functools import partial
from typing import Any

import click

from assay.agents.clock import SystemClock
from assay.agents.replay.desk import ask, job_id, plain_act
from assay.agents.settings import Settings, load_settings
from assay.pipeline.core.audit_chain import Act
from assay.pipeline.core.clock import rfc3339
from assay.pipeline.core.codes import IssueCode
from assay.pipeline.replay import Arrival, Command, ReplayBook, ReplayRequest, Status, Verb

from .acting import as_json_option, noted, quiet, who_options
from .main import REFUSED, UNAVAILABLE
from .replay_options import filter_options, request_of

SOURCE = "/assay/cli"
wait_option = click.option(
    "--timeout",
    "wait_s",
    metavar="SECONDS",
    default=30,
    show_default=True,
    type=click.IntRange(1),
    help="How long to wait for the agent's answer.",
)


@click.command()
@filter_options
@click.option(
    "--when-schema-arrives",
    "arrival",
    default="",
    metavar="SUBJECT@VERSION",
    help="Wait until the bundle in use knows it; then replay what is of it.",
)
@who_options
@wait_option
@as_json_option
@click.pass_context
def start(
    ctx: click.Context,
    /,
    actor: str,
    reason: str,
    wait_s: int,
    *,
    arrival: str,
    as_json: bool,
    **options: Any,
) -> None:
    """Start a replay: failing traces go through the raw topic and every detector once more.

    Look first with `assay replay plan` and the same options. Each source is replayed only while its last outcome
    is a failing one. With --when-schema-arrives the job waits, across restarts, for the schema, takes the traces that
    failed with schema.version_unknown until then, and replays those that are of it. Exit status 3 when no agent answers (it will, once one runs), 4 when the job is refused.
    """
    settings = load_settings()
    quiet()
    now_ns = SystemClock().now_ns()
    request = request_of(now_ns, options)
    if arrival:
        request = awaiting(request, arrival)
    at = rfc3339(now_ns)
    command = Command(job_id(request, actor, at), Verb.START, actor, reason, at, request)
    book = asyncio.run(tell(settings, command, wait_s))
    ctx.exit(report(command, book, as_json=as_json))


def awaiting(request: ReplayRequest, schema: str) -> ReplayRequest:
    """The request, to be begun when the schema has come. Raises ``click.BadParameter``."""
    try:
        wanted = Arrival.parse(schema)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--when-schema-arrives") from None
    filtered = request.filter
    if not filtered.code:
        filtered = replace(filtered, code=IssueCode.SCHEMA_VERSION_UNKNOWN.value)
    return replace(request, filter=filtered, arrival=wanted)


async def tell(
    settings: Settings, command: Command, wait_s: float, act: Act | None = None
) -> ReplayBook | None:
    """Note the command in the audit log, as ``act`` where it says more, write it, and wait for the agent's answer."""
    return await ask(settings, command, wait_s, partial(noted, settings, act or plain_act(command)), SOURCE)


def report(command: Command, book: ReplayBook | None, *, as_json: bool) -> int:
    """Say what came of a command; the exit status."""
    job = book.jobs.get(command.job) if book is not None else None
    declined = book.why_declined(command.command_id) if book is not None else ""
    why = declined or (job.why if job is not None and job.status is Status.REFUSED else "")
    status = job.status.value if job is not None else None
    if as_json:
        document = {"job": command.job, "answered": book is not None, "status": status, "why": why}
        click.echo(json.dumps(document, indent=2))
    elif book is None:
        click.echo(
            f"Job {command.job}: nobody has answered yet. Is assay worker running, with the agent replay?"
        )
    elif why:
        click.echo(f"Job {command.job}: not done ({why})")
    else:
        click.echo(f"Job {command.job}: {status}. assay replay status {command.job} shows how far it is.")
    if book is None:
        return UNAVAILABLE
    return REFUSED if why else 0
