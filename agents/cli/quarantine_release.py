"""``assay quarantine release``: a replay of contained traces, with a reason."""

import asyncio

import click

from assay.agents.clock import SystemClock
from assay.agents.replay.desk import job_id
from assay.agents.settings import Settings, load_settings
from assay.pipeline.core.audit_chain import Act
from assay.pipeline.core.clock import rfc3339
from assay.pipeline.core.issue import Severity
from assay.pipeline.core.record import Source
from assay.pipeline.replay import Command, Origin, ReplayBook, ReplayFilter, ReplayRequest, Verb
from assay.pipeline.replay.request import DEFAULT_RATE, MOST_RATE

from .acting import as_json_option, noted, quiet, who_options
from .choices import WordChoice
from .replay_start import report, tell, wait_option


@click.command()
@click.argument("sources", nargs=-1, metavar="[TOPIC/PARTITION/OFFSET]...")
@click.option("--tenant", default="", metavar="ID", help="Only traces of this tenant.")
@click.option("--code", default="", metavar="CODE", help="Only traces with an issue of this code.")
@click.option("--severity", type=WordChoice(Severity), help="Only traces as bad as this.")
@click.option("--fingerprint", default="", metavar="HEX", help="Only traces with this problem.")
@click.option(
    "--rate",
    type=click.IntRange(1, MOST_RATE),
    default=DEFAULT_RATE,
    show_default=True,
    help="Traces per second, at most.",
)
@who_options
@wait_option
@as_json_option
@click.pass_context
def release(
    ctx: click.Context,
    /,
    *,
    sources: tuple[str, ...],
    tenant: str,
    code: str,
    severity: Severity | None,
    fingerprint: str,
    rate: int,
    actor: str,
    reason: str,
    wait_s: int,
    as_json: bool,
) -> None:
    """Let contained traces go: through traces.raw and every detector once more, under today's bundle.

    Name sources, or say which by options; without either nothing is released. What still fails is contained again.
    `assay replay plan --from quarantine` predicts it.
    """
    try:
        named = frozenset(map(Source.parse, sources))
    except ValueError:
        raise click.BadParameter("a source is topic/partition/offset", param_hint="SOURCES") from None
    wanted = ReplayFilter(
        tenant=tenant,
        code=code,
        fingerprint=fingerprint,
        severity=severity,
        sources=named,
    )
    if wanted == ReplayFilter():
        raise click.UsageError("say which traces: sources, or at least one of the options")
    quiet()
    at = rfc3339(SystemClock().now_ns())
    request = ReplayRequest(wanted, (Origin.QUARANTINE,), rate)
    command = Command(job_id(request, actor, at), Verb.START, actor, reason, at, request)
    ctx.exit(report(command, asyncio.run(_release(load_settings(), command, wait_s)), as_json=as_json))


async def _release(settings: Settings, command: Command, wait_s: float) -> ReplayBook | None:
    await noted(settings, Act(command.actor, "quarantine.release", command.job, command.reason, command.at))
    return await tell(settings, command, wait_s)
