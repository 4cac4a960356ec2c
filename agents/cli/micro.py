"""``assay micro``: the whole pipeline in memory, for the tests of a producer."""

import json
from pathlib import Path

import click

from assay.agents.logs import set_up_logging

from .policy_directory import DIRECTORY, WHERE, bundle_of


@click.command("micro", epilog=WHERE)
@click.argument("directory", metavar="[DIR]", type=DIRECTORY, required=False)
@click.option(
    "--port",
    default=8490,
    show_default=True,
    type=click.IntRange(0, 65_535),
    help="Where it listens, on this machine only; 0 = a free one.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the address as JSON.")
def micro(directory: Path | None, port: int, *, as_json: bool) -> None:
    """Run the whole pipeline in memory, behind a REST API, until a signal ends it.

    It prints its address as soon as it answers. POST /api/v1/traces takes traces and answers with their outcomes;
    GET /api/v1/summary counts them. It needs neither Kafka nor Redis, and keeps nothing.
    """
    from assay.agents.micro.serve import serve_micro  # noqa: PLC0415 - the other verbs need no web server

    set_up_logging("WARNING")
    serve_micro(
        bundle_of(directory),
        port,
        lambda address: click.echo(json.dumps({"url": address}) if as_json else address),
    )
