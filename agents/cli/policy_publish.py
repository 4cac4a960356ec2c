"""``assay policy publish`` and ``assay policy active``: the bundle that workers use, without a restart (ADR 7)."""

import asyncio
import json
import logging
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from assay.agents import policy_topic
from assay.agents.clock import SystemClock
from assay.agents.policy_files import load_policies, policy_roots, read_roots
from assay.agents.policy_publish import Fate, Published, Publisher
from assay.agents.policy_topic import KafkaPolicySource, read_policy_log
from assay.agents.settings import Settings, load_settings
from assay.pipeline.core.errors import ConfigError, Problem
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.policy.publication_log import PolicyLog

from .main import FINDINGS, REFUSED, UNAVAILABLE
from .policy_directory import DIRECTORY

STATUS = {
    Fate.ACTIVE: 0,
    Fate.UNCHANGED: 0,
    Fate.SENT: 0,
    Fate.REFUSED: REFUSED,
    Fate.SUPERSEDED: REFUSED,
    Fate.UNANSWERED: UNAVAILABLE,
}
WORDS = {
    Fate.ACTIVE: "is active. Workers judge by it from their next batch on; their /ready pages say so.",
    Fate.UNCHANGED: "is the active one already; nothing was published.",
    Fate.SENT: "is published. The policy agent checks it; assay policy active shows what came of it.",
    Fate.REFUSED: "is refused by the policy agent; the bundle in use stays:",
    Fate.SUPERSEDED: "is past: another one was published before it was answered. assay policy active shows which.",
    Fate.UNANSWERED: "is published, but no policy agent has answered: is assay worker running, with the agent policy? "
    "It stays on the topic and is checked as soon as one runs.",
}
as_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")


@click.command()
@click.argument("directory", metavar="DIR", type=DIRECTORY)
@click.option("--note", metavar="TEXT", default="", help="Why, for those who look later.")
@click.option(
    "--restart",
    is_flag=True,
    help="Accept other raw topics than those that workers read: they take it when they are restarted.",
)
@click.option("--no-wait", is_flag=True, help="Do not wait until the policy agent has answered.")
@click.option(
    "--timeout",
    "wait_s",
    metavar="SECONDS",
    default=60,
    show_default=True,
    type=click.IntRange(1),
    help="How long to wait for it.",
)
@as_json_option
@click.pass_context
def publish(
    ctx: click.Context,
    directory: Path,
    note: str,
    *,
    restart: bool,
    no_wait: bool,
    wait_s: int,
    as_json: bool,
) -> None:
    """Make the bundle in DIR the one that all workers use, without a restart.

    DIR holds policies/, schemas/ and remediation_rules/; one that is missing is taken from where the settings say.

    Exit status: 0 active, 1 problems in DIR (nothing was published), 3 no answer, 4 refused.
    """
    settings = load_settings()
    _quiet()
    write = partial(policy_topic.publish, settings)
    publisher = Publisher(write, KafkaPolicySource(settings), SystemClock(), 0 if no_wait else wait_s)
    try:
        files = read_roots(policy_roots(settings, directory))
        with Console(stderr=True).status("waiting for the policy agent"):
            published = asyncio.run(publisher(files, note, restart=restart))
    except ConfigError as error:
        _show_problems(error.problems, as_json=as_json)
        ctx.exit(FINDINGS)
    if as_json:
        click.echo(json.dumps(asdict(published), indent=2))
    else:
        _show(published)
    ctx.exit(STATUS[published.fate])


@click.command()
@as_json_option
def active(*, as_json: bool) -> None:
    """Show which bundle workers use, since when, and what was refused since."""
    settings = load_settings()
    _quiet()
    directory = load_policies(settings)
    log = asyncio.run(read_policy_log(KafkaPolicySource(settings)))
    found = _state(settings, directory, log)
    if as_json:
        click.echo(json.dumps(found, indent=2))
    else:
        click.echo("\n".join(_lines(found)))


def _state(settings: Settings, directory: Bundle, log: PolicyLog) -> dict[str, Any]:
    state: dict[str, Any] = {
        "source": settings.policy_source,
        "directory": directory.bundle_id,
        "active": None,
        "waiting": None,
        "refused": None,
    }
    if log.active is not None:
        state["active"] = {
            "bundle": log.active.bundle,
            "activated_at": log.active.activated_at,
            "published_at": log.active.published_at,
            "note": log.active.note,
            "files": len(log.active.files),
        }
    answered = max((found.candidate for found in (log.active, log.refused) if found is not None), default=-1)
    if log.candidate is not None and log.candidate_offset > answered:
        state["waiting"] = {"published_at": log.candidate.published_at, "note": log.candidate.note}
    if log.refused is not None and (log.active is None or log.refused.candidate > log.active.candidate):
        state["refused"] = asdict(log.refused)
    return state


def _lines(state: dict[str, Any]) -> list[str]:
    topic, waiting, refused = state["active"], state["waiting"], state["refused"]
    if topic is None:
        lines = ["active     none was published: workers use their directory's"]
    else:
        lines = [f"active     {topic['bundle'][:12]} since {topic['activated_at']}"]
        if topic["note"]:
            lines.append(f"           {topic['note']}")
    same = topic is not None and topic["bundle"] == state["directory"]
    lines.append(f"directory  {state['directory'][:12]}{' (the same)' if same else ''}")
    if state["source"] == "directory":
        lines.append("           workers with these settings use it: ASSAY_POLICY_SOURCE is directory")
    if waiting is not None:
        lines.append(f"waiting    published at {waiting['published_at']}, not answered yet")
    if refused is not None:
        lines.append(f"refused    {(refused['bundle'] or 'no bundle')[:12]} at {refused['refused_at']}:")
        lines += [f"           {Problem(**found)}" for found in refused["problems"]]
    return lines


def _show(published: Published) -> None:
    click.echo(f"Bundle {published.bundle[:12]} {WORDS[published.fate]}")
    for problem in published.problems:
        click.echo(f"  {problem}")


def _show_problems(problems: Sequence[Problem], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"bundle": None, "fate": None, "problems": [*map(asdict, problems)]}, indent=2))
        return
    for problem in problems:
        click.echo(str(problem))
    click.echo("Nothing was published.")


def _quiet() -> None:
    """What the client would log of a Kafka that is away is in the error that ends the command."""
    logging.getLogger("aiokafka").addHandler(logging.NullHandler())
    logging.getLogger("aiokafka").propagate = False
