"""``assay escalations check``: the auditor of the escalator (OPERATIONS 5.3)."""

import json

import click

from assay.agents.clock import SystemClock
from assay.agents.escalation_look import read_escalations
from assay.agents.settings import load_settings
from assay.pipeline.core.clock import NANOS_PER_SECOND, rfc3339
from assay.pipeline.core.document import Json
from assay.pipeline.escalate import Phase, Stall, find_stalled, phase_of

from .main import FINDINGS

GRACE_S = 60


@click.command()
@click.option(
    "--grace",
    "grace_s",
    type=click.IntRange(0, 86_400),
    default=GRACE_S,
    show_default=True,
    metavar="SECONDS",
    help="How late a step may be before it counts: the agent needs a moment, and longer after a restart.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@click.pass_context
def check(ctx: click.Context, *, grace_s: int, as_json: bool) -> None:
    """Check that every open escalation has a next step in the future, or waits for a person.

    Reads issue groups and escalation states from Kafka, whatever the agent says of itself. What it finds is
    called escalation_stalled: missing, behind, overdue, not_stopped or unreadable.

    Exit status: 0 nothing found, 1 findings, 3 Kafka is not reachable.
    """
    now_ns = SystemClock().now_ns()
    found = read_escalations(load_settings(), now_ns)
    stalls = find_stalled(found.groups, found.states, now_ns, grace_s * NANOS_PER_SECOND)
    phases = [phase_of(state) for state in found.states.values() if state is not None]
    counts = {phase.value: phases.count(phase) for phase in Phase}
    if as_json:
        document: Json = {
            "checked_at": rfc3339(now_ns),
            "phases": {**counts},
            "findings": [_document(stall) for stall in stalls],
        }
        click.echo(json.dumps(document, indent=2))
    else:
        for stall in stalls:
            click.echo(f"{stall.code}: {stall.fingerprint}: {stall.reason}{_since(stall)}")
        waiting = ", ".join(f"{number} {phase}" for phase, number in counts.items() if number)
        click.echo(f"{len(stalls)} stalled. Escalations: {waiting or 'none'}.")
    if stalls:
        ctx.exit(FINDINGS)


def _document(stall: Stall) -> Json:
    since = rfc3339(stall.since_ns) if stall.since_ns else None
    return {
        "code": stall.code,
        "fingerprint": stall.fingerprint,
        "reason": stall.reason.value,
        "since": since,
    }


def _since(stall: Stall) -> str:
    return f" since {rfc3339(stall.since_ns)}" if stall.since_ns else ""
