"""``assay replay pause``, ``resume`` and ``cancel``."""

import asyncio

import click

from assay.agents.clock import SystemClock
from assay.agents.settings import load_settings
from assay.pipeline.core.clock import rfc3339
from assay.pipeline.replay import Command, Verb

from .acting import as_json_option, quiet, who_options
from .replay_start import report, tell, wait_option


@click.command()
@click.argument("job")
@who_options
@wait_option
@as_json_option
@click.pass_context
def pause(ctx: click.Context, job: str, actor: str, reason: str, wait_s: int, *, as_json: bool) -> None:
    """Hold a running job; what is being written is finished."""
    ctx.exit(_told(Verb.PAUSE, job, (actor, reason), wait_s, as_json=as_json))


@click.command()
@click.argument("job")
@who_options
@wait_option
@as_json_option
@click.pass_context
def resume(ctx: click.Context, job: str, actor: str, reason: str, wait_s: int, *, as_json: bool) -> None:
    """Let a paused job go on where it was."""
    ctx.exit(_told(Verb.RESUME, job, (actor, reason), wait_s, as_json=as_json))


@click.command()
@click.argument("job")
@who_options
@wait_option
@as_json_option
@click.pass_context
def cancel(ctx: click.Context, job: str, actor: str, reason: str, wait_s: int, *, as_json: bool) -> None:
    """End a job; what was replayed stays replayed."""
    ctx.exit(_told(Verb.CANCEL, job, (actor, reason), wait_s, as_json=as_json))


def _told(verb: Verb, job: str, who: tuple[str, str], wait_s: int, *, as_json: bool) -> int:
    settings = load_settings()
    quiet()
    command = Command(job, verb, *who, rfc3339(SystemClock().now_ns()))
    return report(command, asyncio.run(tell(settings, command, wait_s)), as_json=as_json)
