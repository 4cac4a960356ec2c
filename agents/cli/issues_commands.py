"""``assay issues triage … reopen``: what people do with an issue group, each noted in the audit log first."""

import asyncio
import json
from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias

import click

from assay.agents.clock import SystemClock
from assay.agents.issue_desk import IssueDesk, Told, group_named, read_groups
from assay.agents.replay.desk import send
from assay.agents.settings import load_settings
from assay.agents.transport.kafka import KafkaTransport
from assay.pipeline.core.clock import rfc3339
from assay.pipeline.issues import Happening

from .acting import noted, quiet, who_options
from .main import REFUSED, UNAVAILABLE

Decorator: TypeAlias = Callable[[Callable[..., Any]], Callable[..., Any]]

WORDS = {
    Happening.TRIAGE: ("triage", "Say that the problem was looked at, and is one."),
    Happening.ASSIGN: ("assign", "Give the problem to somebody; work on it begins."),
    Happening.ACKNOWLEDGE: ("ack", "Say that you take care of it: escalation stops."),
    Happening.CONFIRM: (
        "confirm",
        "Say that it is real: the steps of escalation that wait for a person may go.",
    ),
    Happening.RESOLVE: ("resolve", "Say that the cause is gone; a later trace reopens the group."),
    Happening.IGNORE: ("ignore", "Say that nothing will be done, until it becomes worse."),
    Happening.REOPEN: ("reopen", "Begin anew with a group that was resolved or ignored."),
}


def _command(happening: Happening) -> click.Command:
    name, sentence = WORDS[happening]

    def run(ctx: click.Context, fingerprint: str, *, as_json: bool, wait_s: int, **said: str) -> None:
        quiet()
        try:
            told = asyncio.run(_tell(happening, fingerprint, wait_s, said))
        except ValueError as error:
            raise click.UsageError(str(error)) from None
        ctx.exit(_report(happening, fingerprint, told, as_json=as_json))

    run.__doc__ = f"""{sentence}

    FINGERPRINT names the group, or begins its name. Exit status: 0 done, 2 no such group, 3 no answer, 4 refused.
    """
    made: Callable[..., Any] = click.pass_context(run)
    for option in _options(happening):
        made = option(made)
    return click.command(name)(click.argument("fingerprint")(who_options(made)))


def _options(happening: Happening) -> list[Decorator]:
    options: list[Decorator] = [
        click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text."),
        click.option(
            "--timeout",
            "wait_s",
            type=click.IntRange(1, 600),
            default=15,
            show_default=True,
            metavar="SECONDS",
            help="How long to wait for the agent's answer.",
        ),
    ]
    if happening is Happening.ASSIGN:
        options.append(
            click.option("--to", "assignee", required=True, metavar="NAME", help="Who is to work on it.")
        )
    if happening is Happening.RESOLVE:
        options.append(click.option("--notes", default="", metavar="TEXT", help="What was done."))
    return options


async def _tell(happening: Happening, name: str, wait_s: int, said: dict[str, str]) -> Told:
    settings = load_settings()
    transport = KafkaTransport(settings)
    await transport.start()
    try:
        group = group_named(await read_groups(transport, settings), name)
        desk = IssueDesk(transport, settings, partial(noted, settings), partial(send, settings))
        at = rfc3339(SystemClock().now_ns())
        return await desk.tell(
            group.fingerprint,
            happening,
            actor=said["actor"],
            reason=said["reason"],
            at=at,
            assignee=said.get("assignee", ""),
            notes=said.get("notes", ""),
            wait_s=wait_s,
        )
    finally:
        await transport.stop()


def _report(happening: Happening, name: str, told: Told, *, as_json: bool) -> int:
    group = told.group
    if as_json:
        document = {
            "fingerprint": group.fingerprint if group is not None else name,
            "command": happening.value,
            "answered": group is not None,
            "status": group.status.value if group is not None else None,
            "refused": told.refusal.value if told.refusal is not None else None,
        }
        click.echo(json.dumps(document, indent=2))
    elif group is None:
        click.echo(
            "It is noted and on its way, and nobody has answered. Is assay worker running, with the agent issues?"
        )
    elif told.refusal is not None:
        click.echo(f"{group.fingerprint} is {group.status}: {happening} was refused ({told.refusal})")
    else:
        click.echo(f"{group.fingerprint} is {group.status}")
    if group is None:
        return UNAVAILABLE
    return REFUSED if told.refusal is not None else 0


COMMANDS = tuple(_command(happening) for happening in WORDS)
