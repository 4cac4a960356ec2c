"""``assay dev``: a real Kafka and a real Valkey on this machine, for development, tests and the demo."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from assay.agents import devstack
from assay.agents.devstack import Service, ServiceState, ServiceStatus, Stack
from assay.agents.settings import load_settings

from .choices import WordChoice
from .main import FINDINGS

PORT = click.IntRange(1024, 65_535)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")


@click.group()
def dev() -> None:
    """Start and stop Kafka and Valkey on loopback, with their data under .assay/dev."""


@dev.command("up")
@click.option("--kafka-port", type=PORT, help="Port of Kafka. [default: that of last time, else a free one]")
@click.option("--redis-port", type=PORT, help="Port of Valkey. [default: that of last time, else a free one]")
@as_json
def up(kafka_port: int | None, redis_port: int | None, *, as_json: bool) -> None:
    """Start what does not run yet, and wait until both answer."""
    home = load_settings().home
    with _progress() as report:
        stack = devstack.up(home, kafka_port, redis_port, report=report)
    if as_json:
        click.echo(json.dumps(_stack_document(stack), indent=2))
        return
    click.echo(f"Kafka   {stack.bootstrap_servers}  (process {stack.kafka_pid})")
    click.echo(f"Valkey  127.0.0.1:{stack.redis_port}  (process {stack.redis_pid})")
    click.echo(f"Data in {home / 'dev'}. All assay commands find them; stop them with: assay dev down")


@dev.command("down")
@as_json
def down(*, as_json: bool) -> None:
    """Stop both; the data stays for the next start."""
    home = load_settings().home
    before = devstack.status(home)
    with _progress() as report:
        devstack.down(home, report=report)
    stopped = [found.service.value for found in before if found.state is not ServiceState.STOPPED]
    if as_json:
        click.echo(json.dumps({"stopped": stopped}))
    else:
        click.echo(f"Stopped {' and '.join(stopped)}." if stopped else "Nothing was running.")


@dev.command("status")
@as_json
@click.pass_context
def status(context: click.Context, *, as_json: bool) -> None:
    """Show what runs; exit with 1 when not both answer."""
    found = devstack.status(load_settings().home)
    if as_json:
        click.echo(json.dumps([_status_document(one) for one in found], indent=2))
    else:
        Console().print(_status_table(found))
    if any(one.state is not ServiceState.RUNNING for one in found):
        context.exit(FINDINGS)


@dev.command("logs")
@click.argument("service", required=False, type=WordChoice(Service))
@click.option(
    "--lines", "-n", default=20, show_default=True, type=click.IntRange(1), help="How many, from the end."
)
@as_json
def logs(service: Service | None, lines: int, *, as_json: bool) -> None:
    """Show the end of the servers' logs."""
    home = load_settings().home
    chosen = [service] if service else list(Service)
    ends = {one.value: _end_of_log(home, one, lines) for one in chosen}
    if as_json:
        click.echo(json.dumps(ends, indent=2))
        return
    for name, end in ends.items():
        click.echo(f"== {name}: {end['path']}")
        for line in end["lines"]:
            click.echo(line)


@contextmanager
def _progress() -> Iterator[devstack.Report]:
    """A line on standard error that says what is being waited for; standard output stays for the result."""
    console = Console(stderr=True)
    with console.status("looking what runs") as line:
        yield (
            lambda doing: line.update(doing) if console.is_terminal else console.print(doing, highlight=False)
        )


def _stack_document(stack: Stack) -> dict[str, Any]:
    return {
        **asdict(stack),
        "home": str(stack.home),
        "bootstrap_servers": stack.bootstrap_servers,
        "redis_url": stack.redis_url,
    }


def _status_document(found: ServiceStatus) -> dict[str, Any]:
    return {**asdict(found), "log": str(found.log)}


def _status_table(statuses: tuple[ServiceStatus, ...]) -> Table:
    table = Table("service", "state", "address", "process", box=None, pad_edge=False)
    for found in statuses:
        address = f"127.0.0.1:{found.port}" if found.port else "none yet"
        table.add_row(found.service, found.state, address, str(found.pid or ""))
    return table


def _end_of_log(home: Path, service: Service, lines: int) -> dict[str, Any]:
    path = devstack.log_file(home, service)
    text = path.read_text(errors="replace") if path.exists() else ""
    return {"path": str(path), "lines": text.splitlines()[-lines:]}
