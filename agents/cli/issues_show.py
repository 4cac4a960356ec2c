"""``assay issues show``: all that is known of one problem."""

import asyncio
import json
from collections.abc import Iterator

import click
import orjson

from assay.agents.clock import SystemClock
from assay.agents.issue_desk import group_named, read_groups
from assay.agents.settings import load_settings
from assay.agents.transport.kafka import KafkaTransport
from assay.pipeline.core.clock import NANOS_PER_SECOND
from assay.pipeline.issues import Group, to_json

from .acting import quiet


@click.command()
@click.argument("fingerprint")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
def show(fingerprint: str, *, as_json: bool) -> None:
    """Show the group with this FINGERPRINT, or the one that begins with it.

    Exit status: 0, 2 when there is no such group, 3 when Kafka is not reachable.
    """
    quiet()
    group = asyncio.run(_read(fingerprint))
    if as_json:
        click.echo(json.dumps(orjson.loads(to_json(group)), indent=2))
    else:
        click.echo("\n".join(_lines(group, SystemClock().now_ns() // NANOS_PER_SECOND)))


async def _read(name: str) -> Group:
    settings = load_settings()
    transport = KafkaTransport(settings)
    await transport.start()
    try:
        return group_named(await read_groups(transport, settings), name)
    finally:
        await transport.stop()


def _lines(group: Group, now_s: int) -> Iterator[str]:
    yield f"{group.fingerprint}  {group.severity} {group.code}  {group.status}"
    yield f"where         {group.path or 'the whole trace'} of {group.subject}"
    yield f"whose         {', '.join(each.tenant_id for each in group.tenants)}; for {group.team}"
    yield f"how often     {group.count} traces, {group.rate.within_hour(now_s)} in the last hour"
    yield f"when          first {_short(group.first_seen)}, last {_short(group.last_seen)}"
    yield f"episode       {group.episode}, since {_short(group.opened_at)}"
    yield f"first bad     {group.first_bad.name} {group.first_bad.version}, {group.first_bad.source}"
    for each in group.producers:
        yield f"producer      {each.name} {each.version}: {each.count} since {_short(each.first_seen)}"
    for sample in group.samples:
        yield f"sample        {sample.source}"
    for word, mark in (("acknowledged", group.acknowledged), ("confirmed", group.confirmed)):
        if mark is not None:
            yield f"{word:<13} {_short(mark.at)} by {mark.by}: {mark.reason}"
    if group.assigned_to:
        yield f"assigned to   {group.assigned_to}"
    for change in group.transitions:
        yield f"{change.became:<13} {_short(change.at)} by {change.actor}: {change.reason}"
    if group.resolution_notes:
        yield f"what was done {group.resolution_notes}"
    for refused in group.refused:
        yield f"refused       {_short(refused.at)} {refused.command} by {refused.actor}: {refused.why}"


def _short(at: str) -> str:
    return f"{at[:19]}Z"
