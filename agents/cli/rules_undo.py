"""``assay rules undo``: take back what a version of a rule published."""

import asyncio
import json

import click

from assay.agents.clock import SystemClock
from assay.agents.policy_in_use import bundle_in_use
from assay.agents.replay.desk import job_id
from assay.agents.replay.predict import read_book
from assay.agents.replay.service import new_forge
from assay.agents.replay.shelf import KafkaShelf
from assay.agents.replay.undo_plan import UndoPlan, UndoPlanner
from assay.agents.settings import Settings, load_settings
from assay.agents.topics import topic_name
from assay.pipeline.core.audit_chain import Act
from assay.pipeline.core.clock import rfc3339
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.replay import Command, Origin, ReplayDecision, ReplayFilter, ReplayRequest, Undo, Verb
from assay.pipeline.replay.request import DEFAULT_RATE, MOST_HOPS, MOST_RATE

from .acting import as_json_option, quiet, who_options
from .moments import Moment
from .replay_start import report, tell, wait_option

WORDS = {
    ReplayDecision.REPLAY: "would be taken back and judged anew",
    ReplayDecision.NOT_CURRENT: "were taken back already, or have a later try",
    ReplayDecision.EXPIRED: "are too old: their raw records are gone, or about to go",
    ReplayDecision.HOP_LIMIT: "came back too often",
    ReplayDecision.NO_PAYLOAD: "have raw records that are not what was repaired",
    ReplayDecision.OTHER_TOPIC: "came from another topic",
    ReplayDecision.TOO_LARGE: "would not fit the raw topic",
}


@click.command()
@click.argument("rule")
@click.option("--version", required=True, metavar="V", help="Of the rule; another version is another rule.")
@click.option(
    "--since",
    required=True,
    type=Moment(),
    help="Published then or later: 2h, 3d, or a UTC time ending in Z.",
)
@click.option("--until", type=Moment(), help="Published before. [default: now]")
@click.option("--tenant", default="", metavar="ID", help="Only traces of this tenant.")
@click.option(
    "--rate",
    type=click.IntRange(1, MOST_RATE),
    default=DEFAULT_RATE,
    show_default=True,
    help="Traces per second, at most.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be done, and what would become of the traces.")
@who_options
@wait_option
@as_json_option
@click.pass_context
def undo(
    ctx: click.Context,
    /,
    rule: str,
    version: str,
    since: int,
    until: int | None,
    *,
    tenant: str,
    rate: int,
    dry_run: bool,
    actor: str,
    reason: str,
    wait_s: int,
    as_json: bool,
) -> None:
    """Take back every trace that a version of RULE had a part in repairing, and have it judged anew.

    For each, a record without a value is written behind it on traces.remediated, with its key and header assay-retracts,
    an event tells of it on quality.receipts, and its original bytes go through the raw topic and every detector again.
    That version never repairs these traces again; what is still to come it goes on repairing, so publish a mended
    version, or one that only proposes, first. The work is a replay job: `assay replay status`, `pause` and `cancel`
    are for it too. A second undo of the same finds nothing to do.

    Exit status: 0; 3 when no agent answers (it will, once one runs); 4 when the job is refused.
    """
    settings = load_settings()
    quiet()
    now_ns = SystemClock().now_ns()
    at = rfc3339(now_ns)
    wanted = Undo(rule, version, rfc3339(since), rfc3339(now_ns if until is None else until))
    if wanted.until <= wanted.since:
        raise click.BadParameter("the window ends before it begins", param_hint="--until")
    request = ReplayRequest(ReplayFilter(tenant=tenant), (Origin.REMEDIATED,), rate, MOST_HOPS, undo=wanted)
    bundle = bundle_in_use(settings)
    if dry_run:
        plan = asyncio.run(_plan(settings, bundle, request, now_ns))
        click.echo(json.dumps(plan.to_json(), indent=2) if as_json else "\n".join(_lines(plan)))
        return
    in_use = bundle.remediation_rules.get(rule)
    if in_use is not None and in_use.rule_id == wanted.rule_id and in_use.auto_remediable:
        click.echo(f"Hint: {wanted.rule_id} is in use still, and repairs what comes in.", err=True)
    command = Command(job_id(request, actor, at), Verb.START, actor, reason, at, request)
    act = Act(actor, "rules.undo", f"{wanted.rule_id} by job {command.job}", reason, at)
    book = asyncio.run(tell(settings, command, wait_s, act))
    ctx.exit(report(command, book, as_json=as_json))


async def _plan(settings: Settings, bundle: Bundle, request: ReplayRequest, now_ns: int) -> UndoPlan:
    shelf = KafkaShelf(settings)
    await shelf.start()
    try:
        book = await read_book(shelf, topic_name(TopicRole.REPLAYS, settings.topic_prefix))
        forge = new_forge(settings, bundle)
        return await UndoPlanner(shelf, book, forge, bundle, settings.topic_prefix)(request, now_ns)
    finally:
        await shelf.stop()


def _lines(plan: UndoPlan) -> list[str]:
    lines = [f"{plan.found:>8}  repaired traces match"]
    lines += [f"{plan.decisions[each]:>8}  {words}" for each, words in WORDS.items() if plan.decisions[each]]
    lines += [f"{number:>8}    of these {word}" for word, number in plan.predicted.most_common()]
    return lines
