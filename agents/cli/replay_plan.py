"""``assay replay plan``: a dry run."""

import asyncio
import json
from typing import Any

import click

from assay.agents.clock import SystemClock
from assay.agents.policy_in_use import bundle_in_use
from assay.agents.replay.planning import document_of, make_plan
from assay.agents.replay.predict import Plan
from assay.agents.settings import load_settings
from assay.pipeline.replay import ReplayDecision

from .acting import as_json_option, quiet
from .replay_options import filter_options, request_of

__all__ = ["document_of", "lines_of", "plan"]

DECISIONS = {
    ReplayDecision.REPLAY: "would be replayed",
    ReplayDecision.NOT_CURRENT: "have a later try: it passed, is under way, or counts itself",
    ReplayDecision.HOP_LIMIT: "came back too often: a person must look",
    ReplayDecision.EXPIRED: "are too old",
    ReplayDecision.WORKER_CRASH: "ended worker processes: only --force sends them",
    ReplayDecision.NO_PAYLOAD: "have no bytes that could be sent again",
    ReplayDecision.KEY_DESTROYED: "do not open: the tenant's key is not here any more",
    ReplayDecision.OTHER_TOPIC: "came from another topic",
    ReplayDecision.TOO_LARGE: "would not fit the raw topic",
    ReplayDecision.EDIT_FAILED: "cannot be edited like this",
    ReplayDecision.WOULD_FAIL: "would not pass",
    ReplayDecision.OTHER_SCHEMA: "are not of the schema that was waited for",
}


@click.command()
@filter_options
@as_json_option
def plan(*, as_json: bool, **options: Any) -> None:
    """Say what a replay would do, and what would become of the traces under the bundle in use. Writes nothing.

    Traces are opened to be judged, by this process only; nothing of them is shown.
    """
    settings = load_settings()
    quiet()
    now_ns = SystemClock().now_ns()
    request = request_of(now_ns, options)
    found = asyncio.run(make_plan(settings, bundle_in_use(settings), request, now_ns))
    if as_json:
        click.echo(json.dumps(document_of(found), indent=2))
    else:
        click.echo("\n".join(lines_of(found)))


def lines_of(plan: Plan) -> list[str]:
    """A plan as text."""
    lines = [f"{plan.found:>8}  failing traces match"]
    for decision, words in DECISIONS.items():
        if number := plan.decisions.get(decision, 0):
            lines.append(f"{number:>8}  {words}")
    for outcome, number in plan.predicted.most_common():
        lines.append(f"{number:>8}    of these {outcome}, e.g. {plan.examples[outcome][0]}")
    lines += [f"{number:>8}    with {code} left" for code, number in plan.codes.most_common(10)]
    return lines
